/**
 * What is around every page: the title, the ways to the other pages, and the status line.
 *
 * @module
 */
import type { FC } from "hono/jsx";
import { html, raw } from "hono/html";
import type { Budget } from "../../freshdesk/rate_limiter.ts";
import { age, DRY_RUN, until } from "../format.ts";
import type { Notices } from "../notices.ts";
import type { FormContext, Html, Piece } from "./parts.tsx";
import { ActionForm, Time } from "./parts.tsx";

/** What was done, for the page that a form leads back to. */
export interface Flash {
  /** In a sentence. */
  message: string;
  /** Whether it was refused or failed. */
  isError: boolean;
}

/** What is around every page. */
export interface Frame extends Notices {
  /** The account's host. */
  account: string;
  /** The program's version. */
  version: string;
  /** Whether jobs run here at all. */
  production: boolean;
  /** What is left of the account's calls. */
  budget: Budget;
  /** What the store was like when the page was made. */
  stamp: string;
  /** Now. */
  at: string;
  /** What the forms need. */
  forms: FormContext;
  /** What the last action said. */
  flash: Flash | undefined;
}

/** The name of the whole. */
export const NAME = "A living Freshdesk account";

const PAGES = [
  ["/", "Board"],
  ["/tickets", "Tickets"],
  ["/agents", "Agents"],
  ["/upcoming", "Coming up"],
];

/** A whole page; a still one stays as it is, whatever changes meanwhile. */
export function layout(
  { title, frame, current, still = false, children }: {
    title: string;
    frame: Frame;
    current?: string;
    /** Whether the page stays as it is when something changes. */
    still?: boolean;
    children: Piece;
  },
): Html {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · ${frame.account}`}</title>
        <link rel="icon" href={ICON} />
        <link rel="stylesheet" href="/page.css" />
        <script type="module" src="/page.js"></script>
        {!still &&
          raw('<noscript><meta http-equiv="refresh" content="30"></noscript>')}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="home" href="/">
            <span>{NAME}</span>
          </a>
          <span class="account">{frame.account}</span>
          <nav aria-label="Pages">
            {PAGES.map(([href, name]) => (
              <a
                href={href}
                {...(href === current && { "aria-current": "page" })}
              >
                {name}
              </a>
            ))}
          </nav>
          <span id="live" role="status"></span>
        </header>
        <main
          id="main"
          tabindex={-1}
          data-stamp={frame.stamp}
          data-now={frame.at}
          {...(still && { "data-still": "" })}
        >
          {frame.flash && (
            <p
              class={`flash ${frame.flash.isError ? "bad" : "ok"}`}
              role={frame.flash.isError ? "alert" : "status"}
            >
              {frame.flash.message}
            </p>
          )}
          {children}
        </main>
        <footer>
          <span id="zone">All times are UTC.</span> As JSON:{" "}
          <a href="/api/tickets">tickets</a>,{" "}
          <a href="/api/jobs">jobs</a>; for monitors:{" "}
          <a href="/healthz">healthz</a>. Version {frame.version}.
        </footer>
      </body>
    </html>
  );
  return html`<!DOCTYPE html>${page}`;
}

/** The status line: whether it runs, and why not; what comes next; what is left of the calls. */
export const StatusLine = (
  { frame, children }: { frame: Frame; children?: Piece },
): Html | null => {
  const { problems, production, paused, dryRun } = frame;
  const kind = !production
    ? "off"
    : problems.length > 0
    ? "trouble"
    : paused || dryRun
    ? "held"
    : "running";
  return (
    <section class={`state ${kind}`} aria-label="Status">
      <div class="line">
        <p>
          <Headline frame={frame} />
        </p>
        {children}
      </div>
      {problems.length > 0 && (
        <div class="problems" role="alert">
          {problems.map(({ what, why }) => (
            <div>
              <p class="reason">{what}</p>
              <p class="advice">{why}</p>
            </div>
          ))}
        </div>
      )}
    </section>
  );
};

const Headline: FC<{ frame: Frame }> = ({ frame }) => {
  const { problems, production, paused, dryRun, at, nextTicket } = frame;
  if (!production) {
    return (
      <>
        <strong>Preview deployment</strong>{" "}
        This is not the production timeline: its jobs do not run.
      </>
    );
  }
  const parts: Piece[] = [];
  if (problems.length > 0) parts.push(<strong>Needs your attention</strong>);
  if (paused?.cleanup) {
    const { done, total } = paused.cleanup;
    parts.push(
      <>
        <strong>Cleaning up</strong>{" "}
        <a href="/cleanup">{done} of {total} tickets</a>
      </>,
    );
  } else if (paused) {
    parts.push(
      <>
        <strong>
          Paused{paused.until && (
            <>
              {" "}until <Time at={paused.until} now={at} />
            </>
          )}
        </strong>{" "}
        by {paused.by}, since <Time at={paused.since} now={at} />
      </>,
    );
  }
  if (dryRun) {
    parts.push(
      <>
        <strong>Dry run</strong> {DRY_RUN}
      </>,
    );
  }
  if (parts.length === 0) parts.push(<strong>Running</strong>);
  if (nextTicket && !paused) {
    const left = Date.parse(nextTicket.at) - Date.parse(at);
    parts.push(
      <span title={`${nextTicket.at.slice(0, 16).replace("T", " ")} UTC`}>
        {nextTicket.isFirst ? "first ticket" : "next ticket"} {until(left)}
      </span>,
    );
  }
  parts.push(<Calls budget={frame.budget} now={at} />);
  return (
    <>
      {parts.map((part, i) => i === 0 ? part : <>{" "}· {part}</>)}
    </>
  );
};

const Calls: FC<{ budget: Budget; now: string }> = ({ budget, now }) => {
  const { total, remaining, ourLimit, pausedUntil } = budget;
  const wait = pausedUntil - Date.parse(now);
  if (wait > 0) {
    return <span>Freshdesk asks to wait {age(wait)}</span>;
  }
  return (
    <span class="calls">
      {total === undefined
        ? `up to ${ourLimit} calls a minute`
        : `${remaining} of ${total} calls left this minute (this program takes at most ${ourLimit})`}
    </span>
  );
};

/** Open now, pause or resume, clean up. */
export const Actions = ({ frame }: { frame: Frame }): Html | null => {
  const { forms, paused } = frame;
  if (!forms.canAct) return null;
  return (
    <div class="actions">
      {!paused && (
        <ActionForm action="open" forms={forms} class="inline">
          <input type="hidden" name="token" value={forms.token} />
          <label>
            <span class="sr">How many tickets</span>
            <input
              id="open-count"
              type="number"
              name="count"
              min="1"
              max="20"
              value="1"
              required
            />
          </label>
          <label>
            <span class="sr">Topic</span>
            {forms.topics.length > 0
              ? (
                <select id="open-topic" name="topic">
                  <option value="">any topic</option>
                  {forms.topics.map((topic) => (
                    <option value={topic}>
                      {topic.replaceAll(/[-_]/g, " ")}
                    </option>
                  ))}
                </select>
              )
              : (
                <input
                  id="open-topic"
                  type="text"
                  name="topic"
                  placeholder="any topic"
                />
              )}
          </label>
          <button type="submit" class="primary">Open now</button>
        </ActionForm>
      )}
      {paused && !paused.cleanup && (
        <ActionForm action="resume" forms={forms} class="inline">
          <button type="submit" class="primary">Resume</button>
        </ActionForm>
      )}
      {!paused && (
        <details class="menu" id="menu-pause">
          <summary>Pause</summary>
          <div class="panel">
            <p>
              Nothing is opened, answered or closed meanwhile. What was due is
              made up afterwards.
            </p>
            <ActionForm action="pause" forms={forms} class="inline">
              <label>
                <span>For</span>{" "}
                <select id="pause-minutes" name="minutes">
                  <option value="15">15 minutes</option>
                  <option value="60" selected>1 hour</option>
                  <option value="240">4 hours</option>
                  <option value="">until I resume it</option>
                </select>
              </label>
              <button type="submit">Pause</button>
            </ActionForm>
          </div>
        </details>
      )}
      {!paused?.cleanup && <a class="button" href="/cleanup">Clean up</a>}
    </div>
  );
};

/** A page that says one thing. */
export function plainPage(title: string, text: string, frame: Frame): Html {
  return layout({
    title,
    frame,
    children: (
      <>
        <StatusLine frame={frame} />
        <section class="card question" aria-labelledby="title">
          <h1 id="title">{title}</h1>
          <p>{text}</p>
          <p>
            <a href="/">To the board</a>
          </p>
        </section>
      </>
    ),
  });
}

const ICON = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f5fbf"/><path d="M4 5h8M4 8h5M4 11h7" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>`,
);
