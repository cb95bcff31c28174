/**
 * A fortnight of the shop in natural pace: twenty as they are planned, two as they are played against
 * the sandbox. The clock goes back an hour in the middle of it.
 */
import { assert, assertEquals } from "@std/assert";
import {
  arrivalsOf,
  createdAt,
  fewestAtWork,
  figuresByOutcome,
  firstReplyHours,
  lateShare,
  quantile,
  resolutionHours,
  resolvedAt,
} from "../../commands/fortnight/figures.ts";
import { drawFortnight } from "../../commands/fortnight/picture.ts";
import {
  type Fortnight,
  simulateFortnight,
  STATUS,
  type TicketLife,
} from "../../commands/fortnight/simulation.ts";
import { DAY, MINUTE } from "../../lib/time.ts";
import { planFortnight } from "../helpers/fortnight.ts";

const planned: Fortnight[] = [];
for (let seed = 0; seed < 20; seed++) {
  planned.push(await planFortnight(`fortnight ${seed}`));
}
const played = await Promise.all(
  ["fortnight 0", "fortnight 1"].map((seed) => simulateFortnight({ seed })),
);
const tickets = planned.flatMap(({ tickets }) => tickets);

function assertBetween(value: number, low: number, high: number): void {
  assert(value >= low && value <= high, `${value} is not in ${low}..${high}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Adds up lists of equal length, as parts of the whole. */
function shares(lists: number[][]): number[] {
  const total = sum(lists.flat());
  return lists[0]!.map((_, i) => sum(lists.map((list) => list[i]!)) / total);
}

// Arrivals

Deno.test("fortnight: tickets arrive as on a real desk's weekdays, hardly any at weekends", () => {
  const days = shares(planned.map((one) => arrivalsOf(one).weekdays));
  // Some days are twice as busy as others, so that forty Mondays still vary.
  for (const [i, share] of [18.7, 22.5, 21.4, 20.5, 16.9].entries()) {
    assertBetween(days[i]! * 100 / share, 0.75, 1.25);
  }
  assertBetween(days[5]! + days[6]!, 0.005, 0.04);
});

Deno.test("fortnight: tickets arrive in two humps with a dip at lunch, few at night", () => {
  const hours = shares(planned.map((one) => arrivalsOf(one).hours));
  const [morning, noon, afternoon] = [11, 12, 15].map((hour) => hours[hour]!);
  assertBetween(noon! / morning!, 0.4, 0.7);
  assertBetween(noon! / afternoon!, 0.4, 0.75);
  assertBetween(sum(hours.slice(9, 17)), 0.75, 0.85);
  assertBetween(sum(hours.slice(0, 8)), 0.01, 0.06);
  assertBetween(sum(hours.slice(19)), 0.005, 0.04);
});

Deno.test("fortnight: 2 tickets an hour from 9 to 17 on a working day", () => {
  const perHour = planned.map((one) =>
    sum(arrivalsOf(one).hours.slice(9, 17)) / 8 / 10
  );
  assertBetween(sum(perHour) / 20, 1.75, 2.25);
});

// Waits

Deno.test("fortnight: a third of first replies come in minutes, half within hours, few after days", () => {
  const hours = planned.flatMap(firstReplyHours);
  assertBetween(quantile(hours, 0.17), 0.15, 0.4);
  assertBetween(quantile(hours, 0.5), 1, 2.5);
  assertBetween(quantile(hours, 0.9), 9, 30);
  assertBetween(Math.max(...hours), 40, 110);
});

Deno.test("fortnight: about 15 % of first replies are later than the SLA", () => {
  assertBetween(sum(planned.map(lateShare)) / 20, 0.12, 0.18);
});

Deno.test("fortnight: half of the tickets are resolved within a day or two, some after a week", () => {
  const hours = planned.flatMap(resolutionHours);
  assertBetween(quantile(hours, 0.25), 1, 22);
  assertBetween(quantile(hours, 0.5), 24, 48);
  assertBetween(quantile(hours, 0.75), 60, 320);
  assertBetween(quantile(hours, 0.95), 168, 480);
});

Deno.test("fortnight: tickets are closed 1 to 4 days after they are resolved", () => {
  const days = tickets.map((ticket) => {
    const closed = ticket.events.at(-1)!;
    assertEquals(closed.status, STATUS.closed);
    return (closed.at - resolvedAt(ticket)!) / DAY;
  });
  assert(Math.max(...days) <= 4.05);
  // A plan that would take more than 30 days is shortened, and this wait with it.
  assertBetween(quantile(days, 0.01), 0.99, 1.2);
});

Deno.test("fortnight: third parties take days, and reopened tickets come back after a day", () => {
  const resolution = (outcome: TicketLife["outcome"]) =>
    figuresByOutcome({ tickets }).get(outcome)!.resolution;
  assertBetween(resolution("third_party") / 24, 4, 9);
  assertBetween(resolution("reopened") / 24, 3, 8);
  assertBetween(resolution("no_answer") / 24, 4, 9);
});

// Outcomes and priorities

Deno.test("fortnight: tickets end in the shares of the desk", () => {
  const found = figuresByOutcome({ tickets });
  const wanted = {
    solved_by_first_reply: 45,
    one_round: 25,
    more_rounds: 10,
    no_answer: 8,
    third_party: 4,
    reopened: 3,
    handed_over: 3,
    refused: 1,
    withdrawn: 1,
  } as const;
  for (const [outcome, percent] of Object.entries(wanted)) {
    const { share } = found.get(outcome as keyof typeof wanted)!;
    assertBetween(share * 100, percent * 0.85 - 0.2, percent * 1.15 + 0.2);
  }
});

Deno.test("fortnight: priorities are as on a real desk, and the urgent are answered first", () => {
  const found = [1, 2, 3, 4].map((priority) => {
    const of = tickets.filter((ticket) => ticket.priority === priority);
    const hours = firstReplyHours({ ...planned[0]!, tickets: of });
    return { share: of.length / tickets.length, half: quantile(hours, 0.5) };
  });
  for (const [i, share] of [0.2, 0.65, 0.12, 0.03].entries()) {
    assertBetween(found[i]!.share / share, 0.85, 1.15);
  }
  const halves = found.map(({ half }) => half);
  assertEquals(halves, halves.toSorted((a, b) => b - a));
});

Deno.test("fortnight: from the third day on, 3 tickets or more are open or pending at any hour of work", () => {
  const fewest = planned.map((one) =>
    fewestAtWork(one, one.hours.nextOpening(one.start + 2 * DAY))
  );
  const busy = fewest.filter((count) => count >= 3).length;
  assert(busy >= 19, `${busy} of 20: ${fewest}`);
});

// Played

Deno.test("fortnight: nothing is lost or doubled, and every ticket is closed", () => {
  for (const { tickets, troubles } of played) {
    assert(tickets.length > 100);
    assertEquals(troubles, []);
    for (const { state, posted, planned } of tickets) {
      assertEquals(state, "closed");
      assertEquals(posted, planned);
    }
  }
});

Deno.test("fortnight: every step is played at the tick that it is planned for", () => {
  for (const [i, { tickets }] of played.entries()) {
    assertEquals(tickets.map(asPlanned), planned[i]!.tickets.map(asPlanned));
  }
});

function asPlanned({ number, outcome, priority, source, events }: TicketLife) {
  const steps = events.map(({ at, what, status }) => ({
    at: new Date(at - at % (5 * MINUTE)).toISOString(),
    what,
    status,
  }));
  return { number, outcome, priority, source, steps };
}

Deno.test("fortnight: a ticket waits while its customer or a third party has the word", () => {
  const { open, pending, waitingOnThirdParty, resolved } = STATUS;
  for (const { tickets } of played) {
    for (const { outcome, events } of tickets) {
      for (const [i, { what, at }] of events.entries()) {
        const next = events[i + 1];
        // A reminder changes nothing: the ticket waits already.
        if (what === "reply" && outcome !== "no_answer") {
          assert(
            [pending, waitingOnThirdParty, resolved].includes(next!.status),
          );
          // What solves it is left to stand for a while.
          assert(next!.status === resolved || next!.at - at < 5 * MINUTE);
        }
        if (what === "answer") {
          // Thanks need no work.
          assert([open, resolved].includes(next!.status));
          assert(next!.at - at < 5 * MINUTE);
        }
      }
      assertEquals(events.at(-2)!.status, resolved);
      assert(
        outcome !== "third_party" ||
          events.some(({ status }) => status === waitingOnThirdParty),
      );
    }
  }
});

Deno.test("fortnight: agents write in their hours alone, before and after the clock changes", () => {
  for (const { tickets, hours } of played) {
    for (const { events } of tickets) {
      for (const { at, what } of events) {
        if (what !== "reply" && what !== "note") continue;
        // A reply that falls due as the day ends comes at the next tick.
        assert(hours.isOpen(at - 16 * MINUTE) || hours.isOpen(at));
      }
    }
  }
});

Deno.test("fortnight: a ticket takes some 11 calls", () => {
  for (const { calls, tickets } of played) {
    assertBetween(calls / tickets.length, 9, 12);
    const mean = sum(tickets.map(({ calls }) => calls)) / tickets.length;
    assertBetween(mean, 9, 12);
  }
});

Deno.test("fortnight: its picture shows every day of it", () => {
  const [one] = played as [Fortnight];
  const picture = drawFortnight(one);
  assert(createdAt(one.tickets[0]!) >= one.start);
  for (const text of ["Mon 19", "Sun 25", "Sun 1", "Open", "Resolved"]) {
    assert(picture.includes(`>${text}<`), text);
  }
  assert(!/NaN|undefined/.test(picture));
});
