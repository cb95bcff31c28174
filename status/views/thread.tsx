/**
 * A ticket as the conversation it is, with what comes next.
 *
 * @module
 */
import type { FC } from "hono/jsx";
import { outcomeName, PRIORITIES, stepSentence, TITLES } from "../format.ts";
import type { StepView, ThreadView } from "../thread_view.ts";
import { nameOf } from "../ticket_view.ts";
import { type Frame, layout, StatusLine } from "./layout.tsx";
import type { Html } from "./parts.tsx";
import { ActionForm, Age, Time, Trouble } from "./parts.tsx";

/** Who said what, and when; what comes next. */
export function threadPage(view: ThreadView, frame: Frame): Html {
  const { id, tag, subject, messages, url, lastError, stage, steps } = view;
  const now = frame.at;
  const ahead = steps.filter(({ state }) => state !== "done");
  return layout({
    title: `${id === null ? tag : `#${id}`} ${subject}`,
    frame,
    children: (
      <>
        <StatusLine frame={frame} />
        <p class="back">
          <a href="/">← Board</a>
        </p>
        <article class="thread">
          <header class="subject">
            <h1>
              <span class="id">{id === null ? "new" : `#${id}`}</span> {subject}
            </h1>
            {url && (
              <a class="button" href={url} rel="noreferrer">
                Open in Freshdesk
              </a>
            )}
          </header>
          <div class="columns">
            <div class="conversation">
              {lastError && stage !== "closed" && (
                <section class="failed" aria-label="What went wrong">
                  <Trouble ticket={view} now={now} forms={frame.forms} />
                </section>
              )}
              <ol class="messages" aria-label="Conversation">
                {messages.map((
                  { from, name, text, at, private: isPrivate },
                ) => (
                  <li class={isPrivate ? "note" : from}>
                    <p class="author">
                      <b>{name}</b>{" "}
                      <span>
                        {isPrivate
                          ? "private note"
                          : from === "agent"
                          ? "agent"
                          : "customer"}
                      </span>{" "}
                      <Time at={at} now={now} />
                    </p>
                    <div class="text">{text}</div>
                  </li>
                ))}
              </ol>
              {messages.length === 0 && (
                <p class="quiet">Nothing was said yet.</p>
              )}
            </div>
            <aside class="side" aria-label="About this ticket">
              <section class="card" aria-labelledby="about">
                <h2 id="about">About</h2>
                <Facts view={view} now={now} />
              </section>
              {ahead.length > 0 && stage !== "closed" && (
                <section class="card" aria-labelledby="ahead">
                  <h2 id="ahead">What comes next</h2>
                  <ol class="ahead">
                    {ahead.map((step) => (
                      <Step step={step} view={view} frame={frame} />
                    ))}
                  </ol>
                </section>
              )}
            </aside>
          </div>
        </article>
      </>
    ),
  });
}

const Facts: FC<{ view: ThreadView; now: string }> = ({ view, now }) => {
  const { contact, agent, stage, dueAt, since, priority, overdue } = view;
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <span class={`stage ${stage}`}>
          {dueAt
            ? (
              <>
                waits for {TITLES[stage].toLowerCase()}, due{" "}
                <Time at={dueAt} now={now} />
              </>
            )
            : (
              <>
                {TITLES[stage].toLowerCase()} <Time at={since} now={now} />
              </>
            )}
        </span>
        {overdue && <span class="mark overdue">Overdue</span>}
      </dd>
      {view.status && (
        <>
          <dt>In Freshdesk</dt>
          <dd>{view.status}</dd>
        </>
      )}
      <dt>Customer</dt>
      <dd>
        <a href={`/tickets?contact=${encodeURIComponent(contact)}`}>
          {contact}
        </a>
      </dd>
      <dt>Agent</dt>
      <dd>
        <a href={`/tickets?agent=${encodeURIComponent(agent)}`}>{agent}</a>
      </dd>
      <dt>Priority</dt>
      <dd>{PRIORITIES[priority]}</dd>
      <dt>Outcome</dt>
      <dd>{outcomeName(view.outcome)}</dd>
      <dt>Age</dt>
      <dd>
        <Age at={view.createdAt} now={now} />
      </dd>
      <dt>Tag</dt>
      <dd>
        <code>{view.tag}</code>
      </dd>
    </dl>
  );
};

const Step: FC<{ step: StepView; view: ThreadView; frame: Frame }> = (
  { step, view, frame },
) => {
  const { state, expectedAt, text } = step;
  const { forms, at: now, paused } = frame;
  return (
    <li class={state}>
      <p>
        {stepSentence(step)}
        {expectedAt && (
          <>
            {" "}
            {state === "next" ? "at" : "about"}{" "}
            <Time at={expectedAt} now={now} />
          </>
        )}
      </p>
      {state === "next" && forms.canAct && !paused && (
        <ActionForm action="hurry" forms={forms} class="inline">
          <input type="hidden" name="ticket" value={nameOf(view)} />
          <input type="hidden" name="step" value={String(view.step)} />
          <button type="submit">Do it now</button>
        </ActionForm>
      )}
      {text && (
        <details id={`text-${view.tag}-${view.steps.indexOf(step)}`}>
          <summary>What will be said</summary>
          <div class="text">{text}</div>
        </details>
      )}
    </li>
  );
};
