/**
 * The board: what the tickets wait for, what has ended, and how the days went.
 *
 * @module
 */
import type { FC } from "hono/jsx";
import {
  clock,
  counted,
  duration,
  outcome,
  STAGE_GROUPS,
  TITLES,
  until,
} from "../format.ts";
import type { BoardView } from "../board_view.ts";
import type { JobView } from "../job_list.ts";
import type { PageView } from "../ticket_pages.ts";
import { type CardView, isEnd, type Stage } from "../ticket_view.ts";
import { BacklogChart } from "./chart.tsx";
import { Actions, type Frame, layout, StatusLine } from "./layout.tsx";
import type { Html } from "./parts.tsx";
import {
  ActionForm,
  Card,
  Count,
  type FormContext,
  Row,
  TicketLink,
  Time,
  Trouble,
} from "./parts.tsx";

/** Tickets in a column. */
const IN_COLUMN = 8;
/** Finished tickets below the board. */
const LATEST = 8;

/** The whole board. */
export function boardPage(view: BoardView, frame: Frame): Html {
  const { tickets, at } = view;
  const failed = tickets.failed.count;
  const isOpen = STAGE_GROUPS.some(({ labels }) =>
    labels.some((label) => tickets[label].count > 0)
  );
  return layout({
    title: failed > 0 ? `${counted(failed)} failed · Board` : "Board",
    frame,
    current: "/",
    children: (
      <>
        <h1 class="sr">Board</h1>
        <StatusLine frame={frame}>
          <Actions frame={frame} />
        </StatusLine>
        {failed > 0 && (
          <Failed page={tickets.failed} now={at} forms={frame.forms} />
        )}
        {view.isEmpty ? <Welcome frame={frame} /> : isOpen
          ? (
            <section
              class="board"
              aria-label="Open tickets, by what they wait for"
            >
              {STAGE_GROUPS.map((group) => (
                <Column group={group} tickets={tickets} now={at} />
              ))}
            </section>
          )
          : (
            <p class="quiet">
              No ticket is open.
              {frame.nextTicket && !frame.paused && (
                <>
                  {" "}The next one is expected{" "}
                  {until(Date.parse(frame.nextTicket.at) - Date.parse(at))}.
                </>
              )}
            </p>
          )}
        <div class="below">
          <BacklogChart view={view} />
          {tickets.closed.count > 0 && (
            <Ended end="closed" page={tickets.closed} now={at} />
          )}
          {tickets.abandoned.count > 0 && (
            <section class="card" aria-labelledby="abandoned">
              <h2 id="abandoned">
                Abandoned <Count of={tickets.abandoned.count} />
              </h2>
              <ul class="failures">
                {tickets.abandoned.tickets.slice(0, LATEST).map((ticket) => (
                  <Failure ticket={ticket} now={at} forms={frame.forms} />
                ))}
              </ul>
              <More state="abandoned" page={tickets.abandoned} shown={LATEST} />
            </section>
          )}
        </div>
        <Jobs view={view} />
      </>
    ),
  });
}

/** What somebody sees who has just started the program. */
const Welcome: FC<{ frame: Frame }> = ({ frame }) => (
  <section class="card welcome" aria-labelledby="welcome">
    <h2 id="welcome">No ticket yet: this is how it goes</h2>
    <ol>
      <li>
        A customer, one of the contacts of {frame.account}, opens a ticket{frame
            .nextTicket
          ? (
            <>
              , the first{" "}
              {until(Date.parse(frame.nextTicket.at) - Date.parse(frame.at))}
            </>
          )
          : ""}. It is assigned to an agent.
      </li>
      <li>The agent replies, the customer writes back, as people do.</li>
      <li>The ticket is resolved, and closed some time later.</li>
    </ol>
    <p>
      Every ticket moves across this page by itself, and is a real one in
      Freshdesk. {frame.forms.canAct && !frame.paused &&
        "To see one at once, press “Open now” above."}
    </p>
  </section>
);

const Failed: FC<{ page: PageView; now: string; forms: FormContext }> = (
  { page, now, forms },
) => (
  <section class="failed" aria-labelledby="failed">
    <div class="line">
      <h2 id="failed">
        Failed <Count of={page.count} />
      </h2>
      {forms.canAct && page.count > 1 && (
        <ActionForm action="retry" forms={forms} class="inline">
          <input type="hidden" name="ticket" value="" />
          <button type="submit">Retry all</button>
        </ActionForm>
      )}
    </div>
    <ul class="failures">
      {page.tickets.slice(0, LATEST).map((ticket) => (
        <Failure ticket={ticket} now={now} forms={forms} />
      ))}
    </ul>
    <More state="failed" page={page} shown={LATEST} />
  </section>
);

const Failure: FC<
  { ticket: PageView["tickets"][number]; now: string; forms: FormContext }
> = ({ ticket, now, forms }) => (
  <li data-key={ticket.tag}>
    <h3>
      <TicketLink ticket={ticket} />
    </h3>
    <Trouble ticket={ticket} now={now} forms={forms} />
  </li>
);

const Column: FC<
  {
    group: typeof STAGE_GROUPS[number];
    tickets: BoardView["tickets"];
    now: string;
  }
> = ({ group: { title, labels }, tickets, now }) => {
  const pages = labels.map((label) => tickets[label]);
  const count = pages.reduce((sum, page) => sum + page.count, 0);
  const cards: CardView[] = pages.flatMap((page) => page.tickets)
    .sort((a, b) => a.dueAt!.localeCompare(b.dueAt!)).slice(0, IN_COLUMN);
  const id = title.toLowerCase().replace(" ", "_");
  return (
    <section
      class={`column${count === 0 ? " empty" : ""}`}
      aria-labelledby={id}
    >
      <h2 id={id}>
        {title} <Count of={count} />
      </h2>
      {count > 0 && (
        <ul class="cards">
          {cards.map((ticket) => (
            <Card ticket={ticket} now={now} column={title} />
          ))}
        </ul>
      )}
      {count > cards.length && labels.map((label) => (
        <More
          state={label}
          page={tickets[label]}
          shown={cards.filter(({ stage }) => stage === label).length}
        />
      ))}
    </section>
  );
};

const Ended: FC<{ end: "closed"; page: PageView<CardView>; now: string }> = (
  { end, page, now },
) => (
  <section class="card" aria-labelledby={end}>
    <h2 id={end}>
      {TITLES[end]} <Count of={page.count} />
    </h2>
    <ul class="rows">
      {page.tickets.slice(0, LATEST).map((ticket) => (
        <Row ticket={ticket} now={now} />
      ))}
    </ul>
    <More state={end} page={page} shown={LATEST} />
  </section>
);

const More: FC<{ state: Stage; page: PageView; shown: number }> = (
  { state, page, shown },
) => {
  if (page.count <= shown) return null;
  const title = TITLES[state].toLowerCase();
  return (
    <p class="more">
      <a href={`/tickets?state=${encodeURIComponent(state)}`}>
        {isEnd(state)
          ? `All ${counted(page.count)} ${title}`
          : `All ${counted(page.count)} that wait for ${title}`}
      </a>
    </p>
  );
};

const Jobs: FC<{ view: BoardView }> = ({ view }) => {
  const { jobs, today, hours, at } = view;
  const sum = (what: "opened" | "closed") =>
    hours.reduce((total, hour) => total + hour[what], 0);
  const next = jobs.toSorted((a, b) => a.nextTick.localeCompare(b.nextTick));
  return (
    <details class="jobs" id="jobs-details">
      <summary>
        <b>Jobs</b> next: {next[0]!.name}{" "}
        <Time at={next[0]!.nextTick} now={at} />. Today: {today.opened} opened,
        {" "}
        {today.closed} closed, {today.calls} calls
      </summary>
      <div>
        <h2 id="jobs" class="sr">Jobs</h2>
        <p>
          Last 24 hours: {sum("opened")} opened, {sum("closed")} closed. Today:
          {" "}
          {today.failed} failed, {today.abandoned} abandoned.
        </p>
        <div class="scroll" tabindex={0} role="region" aria-labelledby="jobs">
          <table>
            <thead>
              <tr>
                <th scope="col">Job</th>
                <th scope="col">Last run</th>
                <th scope="col">Took</th>
                <th scope="col">Outcome</th>
                <th scope="col">Next</th>
              </tr>
            </thead>
            <tbody>
              {jobs.map((job) => <Job job={job} now={at} />)}
            </tbody>
          </table>
        </div>
      </div>
    </details>
  );
};

const Job: FC<{ job: JobView; now: string }> = ({ job, now }) => {
  const { name, every, lastRun, nextTick, overdue } = job;
  return (
    <tr>
      <th scope="row">
        {name} <small>every {every} min</small>
      </th>
      <td>
        {lastRun && <Time at={lastRun.at} now={now} />}
        {overdue && <strong class="overdue">{" "}overdue</strong>}
      </td>
      <td>{lastRun && duration(lastRun.took)}</td>
      <td class={lastRun && !lastRun.report ? "bad" : ""}>
        {lastRun ? outcome(job) : `first run at ${clock(nextTick, now)}`}
      </td>
      <td>
        <Time at={nextTick} now={now} />
      </td>
    </tr>
  );
};
