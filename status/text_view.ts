/**
 * The facts as lines of text, cut or wrapped to a terminal's width.
 *
 * @module
 */
import { LABELS } from "../workflow/schedule.ts";
import type { FinalState } from "../workflow/ticket.ts";
import type { BoardView } from "./board_view.ts";
import type { JobView } from "./job_list.ts";
import type { ThreadView } from "./thread_view.ts";
import { COUNTED, type PageView } from "./ticket_pages.ts";
import { ALL_STAGES, isEnd, nameOf, type TicketView } from "./ticket_view.ts";
import {
  clock,
  counted,
  DRY_RUN,
  duration,
  outcome,
  TITLES,
  until,
} from "./format.ts";
import { oneLine } from "../lib/text.ts";

/** A line of text. */
export interface Line {
  /** Without control characters. */
  text: string;
  /** CSS, which Deno's console turns into colours: `color: red`. */
  style?: string;
}

const HEAD = "font-weight: bold";
const BAD = "color: red";
const SOFT = "color: gray";
/** Text to be read is wrapped here, however wide the terminal is. */
const READABLE = 80;

/** The whole board. */
export function boardLines(facts: BoardView, width: number): Line[] {
  const { at, tickets, jobs, today, dryRun, problems } = facts;
  const counts = ALL_STAGES.filter((stage) =>
    isEnd(stage) || tickets[stage].count > 0
  ).map((stage) =>
    `${TITLES[stage].toLowerCase()} ${counted(tickets[stage].count)}`
  );
  const waiting = LABELS.flatMap((stage) => tickets[stage].tickets)
    .sort((a, b) => b.since.localeCompare(a.since));
  return [
    { text: `${at.slice(0, 16).replace("T", " ")} UTC`, style: SOFT },
    ...(dryRun ? wrapped(DRY_RUN, width, HEAD) : []),
    ...stateLines(facts, width),
    ...problems.flatMap(({ what, why }) => [
      ...wrapped(what, width, BAD),
      ...wrapped(why, width, "", "  "),
    ]),
    ...wrapped(
      `Today: ${today.opened} opened, ${today.closed} closed, ${today.failed} failed, ` +
        `${today.abandoned} abandoned, ${today.calls} API calls`,
      width,
    ),
    ...wrapped(`Tickets: ${counts.join(", ")}`, width),
    { text: "" },
    ...jobLines(jobs, at, width),
    ...endLines("failed", tickets.failed, at, width),
    ...ticketLines("Waiting", waiting, at, width),
    ...moreLines(LABELS.map((stage) => tickets[stage])),
    ...ticketLines("Last closed", tickets.closed.tickets, at, width),
    ...moreLines([tickets.closed]),
    ...endLines("abandoned", tickets.abandoned, at, width),
  ];
}

/** The first lines, with how many are left out where they do not fit. */
export function fitLines(lines: readonly Line[], rows: number): Line[] {
  if (lines.length <= rows) return [...lines];
  const left = lines.length - rows + 1;
  return [
    ...lines.slice(0, rows - 1),
    { text: `and ${left} more lines`, style: SOFT },
  ];
}

/** Whether the program is held back, and when the next ticket comes. */
function stateLines(view: BoardView, width: number): Line[] {
  const { at, dryRun, paused, nextTicket } = view;
  if (paused) {
    const { by, until: end, cleanup } = paused;
    const text = cleanup
      ? `Cleaning up: ${cleanup.done} of ${cleanup.total} tickets`
      : `Paused by ${by}, ${
        end ? `until ${clock(end, at)} UTC` : "until somebody resumes"
      }`;
    return wrapped(text, width, HEAD);
  }
  if (dryRun || !nextTicket) return [];
  const left = Date.parse(nextTicket.at) - Date.parse(at);
  const which = nextTicket.isFirst ? "First" : "Next";
  return [{ text: cut(`${which} ticket ${until(left)}`, width) }];
}

/** A ticket's conversation. */
export function threadLines(
  facts: ThreadView,
  now: string,
  width: number,
): Line[] {
  const { subject, contact, agent, stage, since, dueAt, url, messages } = facts;
  const state = dueAt
    ? `waits for ${TITLES[stage].toLowerCase()}, due ${clock(dueAt, now)} UTC`
    : `${TITLES[stage].toLowerCase()} ${clock(since, now)} UTC`;
  return [
    ...wrapped(`${title(facts)}  ${subject}`, width, HEAD),
    ...wrapped(`${contact} -> ${agent}, ${state}`, width),
    ...(url ? [{ text: url, style: SOFT }] : []),
    ...troubleLines(facts, now, width),
    ...messages.flatMap(({ from, name, at, text }) => [
      { text: "" },
      {
        text: oneLine(
          `${name} (${from === "agent" ? "agent" : "customer"}), ${
            clock(at, now)
          }`,
        ),
        style: `font-weight: bold; color: ${
          from === "agent" ? "green" : "blue"
        }`,
      },
      ...text.split("\n").flatMap((line) => wrapped(line, width, "", "  ")),
    ]),
  ];
}

function jobLines(jobs: JobView[], now: string, width: number): Line[] {
  const rows = jobs.map((job) => {
    const { name, lastRun, nextTick, overdue } = job;
    return [
      name,
      lastRun ? clock(lastRun.at, now) : "-",
      lastRun ? duration(lastRun.took) : "-",
      clock(nextTick, now),
      (overdue ? "OVERDUE; " : "") + outcome(job),
    ];
  });
  return table(["Job", "Last run", "Took", "Next", "Outcome"], rows, width)
    .map((text, i) => {
      const job = jobs[i - 1];
      if (!job) return { text, style: SOFT };
      const bad = job.overdue || job.lastRun && !job.lastRun.report;
      return bad ? { text, style: BAD } : { text };
    });
}

function ticketLines(
  heading: string,
  tickets: TicketView[],
  now: string,
  width: number,
): Line[] {
  if (tickets.length === 0) return [];
  const rows = tickets.map((ticket) => [
    title(ticket),
    TITLES[ticket.stage].toLowerCase(),
    clock(ticket.since, now),
    ticket.dueAt ? clock(ticket.dueAt, now) : "-",
    ticket.lastError && ticket.dueAt
      ? `tried ${ticket.attempts}x: ${ticket.lastError.message}`
      : ticket.subject,
  ]);
  const head = ["Ticket", "Stage", "Since", "Due", "Subject or last error"];
  return [
    { text: "" },
    { text: heading, style: HEAD },
    ...table(head, rows, width).map((text, i) =>
      i === 0 ? { text, style: SOFT } : { text }
    ),
  ];
}

/** How many there are besides those that are shown. */
function moreLines(pages: PageView[]): Line[] {
  const hidden = pages.reduce(
    (sum, { count, tickets }) => sum + count - tickets.length,
    0,
  );
  if (hidden <= 0) return [];
  const plus = pages.some(({ count }) => count >= COUNTED) ? "+" : "";
  return [{ text: `and ${hidden}${plus} more`, style: SOFT }];
}

function endLines(
  end: FinalState,
  page: PageView,
  now: string,
  width: number,
): Line[] {
  const { count, tickets } = page;
  if (tickets.length === 0) return [];
  return [
    { text: "" },
    { text: `${TITLES[end]} (${counted(count)})`, style: HEAD },
    ...tickets.flatMap((ticket) => [
      {
        text: cut(
          `${title(ticket)}  ${clock(ticket.since, now)}  ${ticket.subject}`,
          width,
        ),
      },
      ...troubleLines(ticket, now, width, "  "),
    ]),
    ...moreLines([page]),
  ];
}

function troubleLines(
  { stage, lastError, retry }: TicketView,
  now: string,
  width: number,
  indent = "",
): Line[] {
  if (stage === "closed" || !lastError && !retry) return [];
  return [
    ...(lastError
      ? [
        ...wrapped(
          `${lastError.message} (${clock(lastError.at, now)})`,
          width,
          BAD,
          indent,
        ),
        ...wrapped(lastError.hint, width, "", indent),
      ]
      : []),
    ...(retry ? wrapped(`To retry it: ${retry}`, width, "", indent) : []),
  ];
}

/** Columns as wide as they need to be; what is too long for the terminal is cut. */
function table(head: string[], rows: string[][], width: number): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) =>
    Math.max(...all.map((row) => row[i]!.length))
  );
  return all.map((row) =>
    cut(
      row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd(),
      width,
    )
  );
}

function title(ticket: TicketView): string {
  return ticket.id === null ? nameOf(ticket) : `#${ticket.id}`;
}

function cut(text: string, width: number): string {
  const line = oneLine(text);
  return line.length > width
    ? `${line.slice(0, Math.max(0, width - 1))}…`
    : line;
}

function wrapped(
  text: string,
  width: number,
  style = "",
  indent = "",
): Line[] {
  const room = Math.max(10, Math.min(width, READABLE) - indent.length);
  const lines = [""];
  for (const word of oneLine(text).split(" ")) {
    const last = lines.at(-1)!;
    if (last && last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.map((line) => ({
    text: `${indent}${line}`.trimEnd(),
    ...(style && { style }),
  }));
}
