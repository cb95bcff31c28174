/**
 * The board and the lists, as HTML. Whatever a ticket says is put in by `html`, which escapes it.
 *
 * @module
 */
import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { Budget } from "../freshdesk/rate_limiter.ts";
import type { Label } from "../workflow/schedule.ts";
import type { HourlyStats } from "../workflow/store.ts";
import type { FinalState } from "../workflow/ticket.ts";
import { dayChart } from "./chart.ts";
import {
  type BoardView,
  type JobView,
  nameOf,
  type Notices,
  type PageView,
  type Stage,
  type TicketView,
} from "./queries.ts";
import {
  clock,
  counted,
  DRY_RUN,
  duration,
  outcome,
  TITLES,
} from "./format.ts";

/** A piece of HTML. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What is around every page. */
export interface Frame extends Notices {
  /** The account's host. */
  account: string;
  /** Whether jobs run here at all. */
  production: boolean;
  /** What the store was like when the page was made. */
  stamp: string;
  /** Now. */
  at: string;
}

/** The columns of the board: what the tickets in them wait for. */
const COLUMNS: readonly (readonly Label[])[] = [
  ["opening", "assignment"],
  ["first reply"],
  ["customer reply"],
  ["reply", "resolution", "private note", "status"],
  ["closing"],
];

const TODAY: readonly (keyof HourlyStats)[] = [
  "opened",
  "closed",
  "failed",
  "abandoned",
];

/** The whole board. */
export function boardPage(
  facts: BoardView,
  budget: Budget,
  frame: Frame,
): Html {
  const { tickets, jobs } = facts;
  const { at } = frame;
  const failed = tickets.failed.count;
  const title = failed > 0 ? `${counted(failed)} failed · Tickets` : "Tickets";
  return layout(
    title,
    frame,
    html`<h1 class="sr">Tickets</h1>
${failed > 0 ? failedTickets(tickets.failed, at) : ""}
<div class="overview">
  ${today(facts, budget)}
  ${jobTable(jobs, at)}
</div>
<section class="board" aria-label="Open tickets, by what they wait for">
  ${COLUMNS.map((stages) => column(stages, tickets, at))}
</section>
<div class="ends">
  ${rows("closed", tickets.closed, at)}
  ${rows("abandoned", tickets.abandoned, at)}
</div>`,
  );
}

/** All tickets of a stage, page by page. */
export function listPage(
  stage: Stage,
  { count, tickets, cursor }: PageView,
  frame: Frame,
  later: boolean,
): Html {
  return layout(
    TITLES[stage],
    frame,
    html`<p class="back"><a href="/">← Board</a></p>
<h1>${TITLES[stage]} <span class="count">${counted(count)}</span></h1>
${
      tickets.length > 0
        ? stage === "failed"
          ? html`<ul class="failures">${
            tickets.map((ticket) => failure(ticket, frame.at))
          }</ul>`
          : html`<ul class="rows">${
            tickets.map((ticket) => row(ticket, frame.at))
          }</ul>`
        : html`<p class="none">No ticket here.</p>`
    }
<nav class="pager" aria-label="Pages">
  ${
      later
        ? html`<a href="/?stage=${encodeURIComponent(stage)}">First page</a>`
        : ""
    }
  ${
      cursor
        ? html`<a rel="next" href="/?stage=${
          encodeURIComponent(stage)
        }&cursor=${encodeURIComponent(cursor)}">Next page</a>`
        : ""
    }
</nav>`,
  );
}

/** A page that says one thing. */
export function plainPage(title: string, text: string, frame: Frame): Html {
  return layout(
    title,
    frame,
    html`
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a href="/">To the board</a></p>
    `,
  );
}

/** The frame that every page has. */
export function layout(title: string, frame: Frame, main: Html): Html {
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${title} · ${frame.account}</title>
        <link rel="icon" href="${ICON}">
        <link rel="stylesheet" href="/page.css">
        <script type="module" src="/page.js"></script>
        <noscript><meta http-equiv="refresh" content="30"></noscript>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the tickets</a>
        <header>
          <a class="home" href="/">Ticket workflow</a>
          <span class="account">${frame.account}</span>
          <span id="live" role="status"></span>
        </header>
        <main id="main" tabindex="-1" data-stamp="${frame.stamp}">
    ${frame.production
      ? ""
      : html`<p class="notice">This is not the production timeline: its jobs do not run.</p>`}
    ${notices(frame)}
    ${main}
        </main>
        <footer>All times are UTC. As JSON: <a href="/api/tickets">tickets</a>, <a href="/api/jobs">jobs</a>; for monitors: <a href="/healthz">healthz</a>.</footer>
      </body>
    </html>
  `;
}

function notices({ dryRun, problems }: Notices): Html {
  return html`${dryRun ? html`<p class="notice">${DRY_RUN}</p>` : ""}${
    problems.length === 0 ? "" : html`<section class="failed" role="alert">
<h2>Needs your attention</h2>
${
      problems.map(({ what, why }) =>
        html`
          <p class="reason">${what}</p>
          <p class="advice">${why}</p>
        `
      )
    }</section>`
  }`;
}

/** A moment, for people and programs. */
export function time(at: string, now: string): Html {
  return html`<time datetime="${at}" title="${
    at.slice(0, 19).replace("T", " ")
  } UTC">${clock(at, now)}</time>`;
}

/** What went wrong and what to do about it. */
export function trouble(ticket: TicketView, now: string): Html {
  const { lastError, attempts, retry, dueAt } = ticket;
  return html`${
    lastError
      ? html`
        <p class="reason">${lastError.message} (${time(lastError.at, now)})</p>
        <p class="advice">${lastError.hint}</p>
      `
      : html`<p class="reason">No reason is known.</p>`
  }${
    retry
      ? html`<p class="advice">${
        ticket.stage === "failed" ? "Then resume it:" : "To resume it:"
      } <code>${retry}</code></p>`
      : dueAt
      ? html`
        <p
          class="advice">Tried ${attempts} ${attempts === 1
            ? "time"
            : "times"}; it is tried again at ${time(dueAt, now)}.</p>
      `
      : ""
  }`;
}

function failedTickets(
  { count, tickets, cursor }: PageView,
  now: string,
): Html {
  return html`<section class="failed" aria-labelledby="failed">
<h2 id="failed">Failed <span class="count">${counted(count)}</span></h2>
<ul class="failures">${tickets.map((ticket) => failure(ticket, now))}</ul>
${cursor ? more("failed") : ""}
</section>`;
}

function failure(ticket: TicketView, now: string): Html {
  return html`<li><h3>${link(ticket)}</h3>
${trouble(ticket, now)}</li>`;
}

function today({ today, hours }: BoardView, budget: Budget): Html {
  const { total, remaining, ourLimit } = budget;
  return html`<section class="card today" aria-labelledby="today">
<h2 id="today">Today</h2>
<dl class="numbers">
  ${
    TODAY.map((what) =>
      html`
        <div class="${what}${today[what] === 0 ? " zero" : ""}">
          <dt>${what}</dt>
          <dd>${today[what]}</dd>
        </div>
      `
    )
  }
  <div><dt>API calls</dt><dd>${today.calls}</dd></div>
</dl>
${dayChart(hours)}
<p class="budget">${
    total === undefined
      ? html`The account's calls per minute are not known yet; ours are <b>${ourLimit}</b>.`
      : html`The account has <b>${remaining}</b> of ${total} calls per minute left; ours are <b>${ourLimit}</b>.`
  }</p>
</section>`;
}

function jobTable(jobs: JobView[], now: string): Html {
  return html`
    <section class="card jobs" aria-labelledby="jobs">
      <h2 id="jobs">Jobs</h2>
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
        <tbody>${jobs.map((job) => {
          const { name, every, lastRun, nextTick, overdue } = job;
          return html`
            <tr>
              <th scope="row">${name} <small>every ${every} min</small></th>
              <td>${lastRun ? time(lastRun.at, now) : "–"}${overdue
                ? html`
                  <strong class="overdue">overdue</strong>
                `
                : ""}</td>
              <td>${lastRun ? duration(lastRun.took) : "–"}</td>
              <td class="${lastRun && !lastRun.report ? "bad" : ""}">${outcome(
                job,
              )}</td>
              <td>${time(nextTick, now)}</td>
            </tr>
          `;
        })}</tbody>
      </table>
    </section>
  `;
}

function column(
  stages: readonly Label[],
  all: BoardView["tickets"],
  now: string,
): Html {
  const pages = stages.map((stage) => all[stage]);
  const count = pages.reduce((sum, page) => sum + page.count, 0);
  const tickets = pages.flatMap((page) => page.tickets)
    .sort((a, b) => b.since.localeCompare(a.since));
  const first = stages[0]!;
  const id = first.replace(" ", "_");
  return html`<section class="column" aria-labelledby="${id}">
<h2 id="${id}">${TITLES[first]} <span class="count">${
    counted(count)
  }</span></h2>
${
    tickets.length > 0
      ? html`<ul id="list-${id}" class="cards">${
        tickets.map((ticket) => card(ticket, now))
      }</ul>`
      : html`<p class="none">–</p>`
  }
${stages.map((stage) => all[stage].cursor ? more(stage) : "")}
</section>`;
}

function card(ticket: TicketView, now: string): Html {
  const { contact, agent, since, dueAt, attempts, lastError } = ticket;
  return html`<li class="ticket">${link(ticket)}
<p class="people">${contact} → ${agent}</p>
<p class="when">since ${time(since, now)}${
    dueAt ? html`, due ${time(dueAt, now)}` : ""
  }</p>
${
    lastError
      ? html`<p class="retry" title="${lastError.message}">tried ${attempts}×: ${lastError.message}</p>`
      : ""
  }</li>`;
}

function rows(
  end: FinalState,
  { count, tickets, cursor }: PageView,
  now: string,
): Html {
  return html`<section class="card" aria-labelledby="${end}">
<h2 id="${end}">${TITLES[end]} <span class="count">${counted(count)}</span></h2>
${
    tickets.length > 0
      ? html`<ul class="rows">${tickets.map((ticket) => row(ticket, now))}</ul>`
      : html`<p class="none">–</p>`
  }
${cursor ? more(end) : ""}
</section>`;
}

function row(ticket: TicketView, now: string): Html {
  const { contact, agent, since, stage, lastError } = ticket;
  return html`<li class="ticket">${link(ticket)}
<span class="people">${contact} → ${agent}</span>
<span class="when">${time(since, now)}</span>
${
    lastError && stage !== "closed"
      ? html`<span class="retry">${lastError.message}</span>`
      : ""
  }</li>`;
}

function link(ticket: TicketView): Html {
  const { id, subject } = ticket;
  return html`
    <a class="open"
      href="/tickets/${nameOf(ticket)}"><span class="id">${id === null
        ? "new"
        : `#${id}`}</span> ${subject}</a>
  `;
}

function more(stage: Stage): Html {
  return html`<p class="more"><a href="/?stage=${
    encodeURIComponent(stage)
  }">All ${TITLES[stage].toLowerCase()}</a></p>`;
}

const ICON = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f5fbf"/><path d="M4 5h8M4 8h5M4 11h7" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>`,
);
