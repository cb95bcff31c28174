/**
 * What several pages are made of: moments, tickets, people, and the forms of the actions.
 *
 * @module
 */
import type { FC } from "hono/jsx";
import {
  age,
  clock,
  counted,
  outcomeName,
  PRIORITIES,
  TITLES,
} from "../format.ts";
import { type CardView, nameOf, type TicketView } from "../ticket_view.ts";

/** A text that is HTML already. */
export type Escaped = string & { isEscaped: true };

/** A page, or a piece of one. */
export type Html = Escaped | Promise<Escaped>;

/** What may stand in a piece of a page. */
export type Piece =
  | Html
  | string
  | number
  | boolean
  | null
  | undefined
  | Piece[];

/** What the forms of a page need. */
export interface FormContext {
  /** Whether there are forms at all. */
  canAct: boolean;
  /** Used once: pressing twice opens no second ticket. */
  token: string;
  /** Topics that a ticket can be opened about. */
  topics: readonly string[];
  /** Where an action leads back to. */
  from: string;
}

/** A moment; a script turns it into the reader's own time. */
export const Time = (
  { at, now }: { at: string; now: string },
): Html | null => (
  <time datetime={at} title={`${at.slice(0, 19).replace("T", " ")} UTC`}>
    {clock(at, now)}
  </time>
);

/** How long ago something was. */
export const Age = (
  { at, now }: { at: string; now: string },
): Html | null => (
  <time
    datetime={at}
    data-as="age"
    title={`${at.slice(0, 19).replace("T", " ")} UTC`}
  >
    {age(Date.parse(now) - Date.parse(at))}
  </time>
);

/** A count, `1000+` where counting stopped. */
export const Count = (
  { of }: { of: number },
): Html | null => <span class="count">{counted(of)}</span>;

/** The way to a ticket. */
export const TicketLink = (
  { ticket }: { ticket: TicketView },
): Html | null => (
  <a class="open" href={`/tickets/${nameOf(ticket)}`}>
    <span class="id">{ticket.id === null ? "new" : `#${ticket.id}`}</span>{" "}
    {ticket.subject}
  </a>
);

/** What is worth knowing of a ticket at a glance: its priority, and whether it is pending or overdue. */
export const Marks = (
  { ticket }: { ticket: TicketView },
): Html | null => (
  <>
    {ticket.overdue && <span class="mark overdue">Overdue</span>}
    {ticket.status === "pending" && <span class="mark pending">Pending</span>}
    {ticket.status === "resolved" && ticket.dueAt !== null && (
      <span class="mark resolved">Resolved</span>
    )}
    <span class={`mark p${ticket.priority}`}>
      {PRIORITIES[ticket.priority]}
    </span>
  </>
);

/** A ticket on the board. */
export const Card = (
  { ticket, now, column }: { ticket: CardView; now: string; column: string },
): Html | null => {
  const stage = TITLES[ticket.stage];
  const { contact, agent, createdAt, dueAt, attempts, lastError } = ticket;
  return (
    <li class="ticket" data-key={ticket.tag}>
      <TicketLink ticket={ticket} />
      <p class="people">
        {contact} <span aria-label="to">→</span> {agent}
      </p>
      <LastWords ticket={ticket} />
      <p class="marks">
        {stage !== column && <span class="mark">{stage}</span>}
        <Marks ticket={ticket} />
        <span class="when">
          <Age at={createdAt} now={now} /> old{dueAt && (
            <>
              , due <Time at={dueAt} now={now} />
            </>
          )}
        </span>
      </p>
      {lastError && (
        <p class="retry" title={lastError.message}>
          tried {attempts}×: {lastError.message}
        </p>
      )}
    </li>
  );
};

/** What was said last. */
export const LastWords = (
  { ticket }: { ticket: CardView },
): Html | null =>
  ticket.lastWords && (
    <p class={`words ${ticket.lastWords.from}`}>{ticket.lastWords.text}</p>
  );

/** A ticket in a list. */
export const Row = (
  { ticket, now }: { ticket: CardView; now: string },
): Html | null => {
  const { contact, agent, since, stage, dueAt, lastError } = ticket;
  const title = TITLES[stage].toLowerCase();
  return (
    <li class="ticket" data-key={ticket.tag}>
      <TicketLink ticket={ticket} />
      <p class="when">
        {dueAt
          ? (
            <>
              {title} due <Time at={dueAt} now={now} />
            </>
          )
          : (
            <>
              {title} <Time at={since} now={now} />
            </>
          )}
      </p>
      <p class="people">
        {contact} <span aria-label="to">→</span> {agent}
        <LastWordsInline ticket={ticket} />
      </p>
      <p class="marks">
        <Marks ticket={ticket} />
      </p>
      {lastError && stage !== "closed" && (
        <p class="retry">{lastError.message}</p>
      )}
    </li>
  );
};

const LastWordsInline: FC<{ ticket: CardView }> = ({ ticket }) =>
  ticket.lastWords && <span class="said">{" "}· {ticket.lastWords.text}</span>;

/** What went wrong, what to do about it, and the way out. */
export const Trouble = (
  { ticket, now, forms }: {
    ticket: TicketView;
    now: string;
    forms: FormContext;
  },
): Html | null => {
  const { lastError, attempts, retry, dueAt, stage } = ticket;
  return (
    <>
      {lastError
        ? (
          <>
            <p class="reason">
              {lastError.message} (<Time at={lastError.at} now={now} />)
            </p>
            <p class="advice">{lastError.hint}</p>
          </>
        )
        : <p class="reason">No reason is known.</p>}
      {retry
        ? (
          <div class="advice">
            {forms.canAct
              ? (
                <ActionForm action="retry" forms={forms} class="inline">
                  <input type="hidden" name="ticket" value={nameOf(ticket)} />
                  <button type="submit">
                    Retry <span class="sr">ticket {nameOf(ticket)}</span>
                  </button>
                </ActionForm>
              )
              : null}
            <span>
              {forms.canAct
                ? "or in the terminal: "
                : stage === "failed"
                ? "Then retry it: "
                : "To retry it: "}
              <code>{retry}</code>
            </span>
          </div>
        )
        : dueAt && (
          <p class="advice">
            Tried {attempts}{" "}
            {attempts === 1 ? "time" : "times"}; it is tried again at{" "}
            <Time at={dueAt} now={now} />.
          </p>
        )}
    </>
  );
};

/** A form that does something, and leads back to this page. */
export const ActionForm = (
  { action, forms, class: name = "", children }: {
    action: string;
    forms: FormContext;
    class?: string;
    children?: Piece;
  },
): Html | null => (
  <form method="post" action={`/actions/${action}`} class={name}>
    <input type="hidden" name="from" value={forms.from} />
    {children}
  </form>
);

/** How a conversation goes, in words. */
export const OutcomeName = (
  { of }: { of: TicketView["outcome"] },
): Html | null => <>{outcomeName(of)}</>;
