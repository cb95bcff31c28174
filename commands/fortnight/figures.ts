/**
 * What a fortnight looks like in numbers.
 *
 * @module
 */
import type { BusinessHours } from "../../lib/business_hours.ts";
import { HOUR, MINUTE, toLocalTime } from "../../lib/time.ts";
import type { Outcome } from "../../workflow/plan.ts";
import { FIRST_REPLY_SLA } from "../../workflow/waits.ts";
import { type Fortnight, STATUS, type TicketLife } from "./simulation.ts";

/** A new desk opens its first tickets at once, whatever the hour. */
const FIRST_TICKETS = 3;

/** How many tickets arrived at each hour and on each day of the week; without a new desk's first ones. */
export function arrivalsOf({ hours, tickets }: Fortnight): {
  hours: number[];
  weekdays: number[];
} {
  const counts = {
    hours: Array<number>(24).fill(0),
    weekdays: Array<number>(7).fill(0),
  };
  for (const ticket of tickets.slice(FIRST_TICKETS)) {
    const local = toLocalTime(createdAt(ticket), hours.timeZone);
    counts.hours[local.hour]!++;
    counts.weekdays[local.dayOfWeek - 1]!++;
  }
  return counts;
}

/** When a ticket was opened. */
export function createdAt({ events, number }: TicketLife): number {
  const [first] = events;
  if (!first) throw new Error(`Ticket ${number} was not opened`);
  return first.at;
}

/** When a ticket got its first reply. */
export function firstReplyAt({ events }: TicketLife): number | undefined {
  return events.find(({ what }) => what === "reply")?.at;
}

/** When a ticket was resolved for good. */
export function resolvedAt({ events }: TicketLife): number | undefined {
  return events.findLast(({ status }, i) =>
    status === STATUS.resolved && events[i - 1]?.status !== STATUS.resolved
  )?.at;
}

/** Hours of work from each ticket's opening to its first reply. */
export function firstReplyHours({ hours, tickets }: Fortnight): number[] {
  return tickets.flatMap((ticket) => {
    const reply = firstReplyAt(ticket);
    return reply === undefined
      ? []
      : [businessTime(hours, createdAt(ticket), reply) / HOUR];
  });
}

/** Hours on the clock from each ticket's opening to its resolution. */
export function resolutionHours({ tickets }: Fortnight): number[] {
  return tickets.flatMap((ticket) => {
    const resolved = resolvedAt(ticket);
    return resolved === undefined
      ? []
      : [(resolved - createdAt(ticket)) / HOUR];
  });
}

/** The share of tickets whose first reply came later than their SLA allows. */
export function lateShare({ hours, tickets }: Fortnight): number {
  return share(tickets, (ticket) => {
    const due = hours.addBusinessTime(
      createdAt(ticket),
      FIRST_REPLY_SLA[ticket.priority] * MINUTE,
    );
    return (firstReplyAt(ticket) ?? Infinity) > due;
  });
}

/** The share of tickets that were ever in one of these statuses. */
export function everShare(
  { tickets }: Fortnight,
  ...statuses: number[]
): number {
  return share(
    tickets,
    ({ events }) => events.some(({ status }) => statuses.includes(status)),
  );
}

/** What tickets of an outcome had on average. */
export interface OutcomeFigures {
  /** How many tickets. */
  tickets: number;
  /** Of all. */
  share: number;
  /** Requests to the API. */
  calls: number;
  /** E-mails to the requester, where all of Freshdesk's notifications are on. */
  mails: number;
  /** Hours on the clock to the resolution, median. */
  resolution: number;
}

/** The figures by outcome. */
export function figuresByOutcome(
  { tickets }: Pick<Fortnight, "tickets">,
): Map<Outcome, OutcomeFigures> {
  const groups = Map.groupBy(tickets, ({ outcome }) => outcome);
  return new Map([...groups].map(([outcome, group]) => [outcome, {
    tickets: group.length,
    share: group.length / tickets.length,
    calls: mean(group.map(({ calls }) => calls)),
    mails: mean(group.map(mailsOf)),
    resolution: quantile(
      group.map((ticket) =>
        ((resolvedAt(ticket) ?? NaN) - createdAt(ticket)) / HOUR
      ),
      0.5,
    ),
  }]));
}

/**
 * Freshdesk mails the requester when a ticket is opened, at every reply, and each time when it is
 * resolved or closed.
 */
function mailsOf({ events }: TicketLife): number {
  return events.filter(({ what, status }, i) =>
    what === "created" || what === "reply" ||
    what === "updated" && status !== events[i - 1]?.status &&
      (status === STATUS.resolved || status === STATUS.closed)
  ).length;
}

/** How many tickets are open, pending and resolved from a moment on. */
export interface Counts {
  /** From this moment on (ms since 1970). */
  at: number;
  /** New ones, and those that wait for an agent. */
  open: number;
  /** Those that wait for the customer or a third party. */
  pending: number;
  /** Not closed yet. */
  resolved: number;
}

/** The counts over time, one entry for each moment at which a ticket changed. */
export function statusCounts(
  { tickets }: Pick<Fortnight, "tickets">,
): Counts[] {
  const changes = tickets.flatMap(({ events }) =>
    events.map(({ at, status }, i) => ({
      at,
      from: placeOf(events[i - 1]?.status),
      to: placeOf(status),
    }))
  ).filter(({ from, to }) => from !== to).sort((a, b) => a.at - b.at);
  const now = { open: 0, pending: 0, resolved: 0 };
  const counts: Counts[] = [];
  for (const { at, from, to } of changes) {
    if (from) now[from]--;
    if (to) now[to]++;
    if (counts.at(-1)?.at === at) counts.pop();
    counts.push({ at, ...now });
  }
  return counts;
}

function placeOf(
  status: number | undefined,
): "open" | "pending" | "resolved" | undefined {
  switch (status) {
    case undefined:
    case STATUS.closed:
      return undefined;
    case STATUS.open:
      return "open";
    case STATUS.resolved:
      return "resolved";
    default:
      return "pending";
  }
}

/** The fewest tickets that are open or pending in business hours from a moment on. */
export function fewestAtWork(fortnight: Fortnight, from: number): number {
  const { end, hours } = fortnight;
  const counts = statusCounts(fortnight);
  let fewest = Infinity;
  for (const [i, { at, open, pending }] of counts.entries()) {
    const until = Math.min(counts[i + 1]?.at ?? end, end);
    // Whether any moment of this time is within the hours.
    if (hours.nextOpening(Math.max(at, from)) < until) {
      fewest = Math.min(fewest, open + pending);
    }
  }
  return fewest;
}

/** The part of a time in which agents work, in milliseconds. */
function businessTime(hours: BusinessHours, from: number, to: number): number {
  let [low, high] = [0, Math.max(0, to - from)];
  while (high - low > MINUTE / 2) {
    const middle = (low + high) / 2;
    if (hours.addBusinessTime(from, middle) <= to) low = middle;
    else high = middle;
  }
  return low;
}

/** The value below which a part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * values.length)] ??
    NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length / items.length;
}
