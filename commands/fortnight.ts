/**
 * `deno task fortnight`: a fortnight of a desk in natural pace, with the real workflow against the
 * sandbox, in seconds. Draws it as `docs/fortnight.svg` and prints its figures.
 *
 * @module
 */
import { DAY } from "../lib/time.ts";
import { textTable } from "../lib/text.ts";
import { readArguments } from "../startup/arguments.ts";
import {
  everShare,
  fewestAtWork,
  figuresByOutcome,
  firstReplyHours,
  lateShare,
  quantile,
  resolutionHours,
} from "./fortnight/figures.ts";
import { drawFortnight } from "./fortnight/picture.ts";
import { simulateFortnight, STATUS } from "./fortnight/simulation.ts";

const PICTURE = "docs/fortnight.svg";

const { values } = readArguments({
  name: "fortnight",
  summary:
    `Simulates a fortnight of the desk shop in natural pace, with 2 tickets an hour, against the
sandbox; prints its figures and draws ${PICTURE}.`,
  options: {
    seed: { about: "everything follows from it", value: "TEXT", default: "1" },
  },
});

const fortnight = await simulateFortnight({ seed: values.seed });
await Deno.writeTextFile(PICTURE, drawFortnight(fortnight));

const { tickets, calls, start } = fortnight;
const [first, resolution] = [
  firstReplyHours(fortnight),
  resolutionHours(fortnight),
].map((hours) =>
  [0.25, 0.5, 0.75, 0.9].map((part) => quantile(hours, part).toFixed(1))
    .join(" / ")
);
const thirdDay = fortnight.hours.nextOpening(start + 2 * DAY);
print([
  ["tickets", String(tickets.length)],
  ["API calls", `${calls}, ${(calls / tickets.length).toFixed(1)} a ticket`],
  ["first reply", `${first} business hours (25, 50, 75, 90 %)`],
  ["later than the SLA", percent(lateShare(fortnight))],
  ["resolved after", `${resolution} hours (25, 50, 75, 90 %)`],
  ["ever pending", percent(everShare(fortnight, ...pendingStatuses()))],
  [
    "open or pending",
    `${fewestAtWork(fortnight, thirdDay)} or more from the third day on`,
  ],
]);
console.log();
print([
  ["outcome", "share", "calls", "mails", "resolved after"],
  ...[...figuresByOutcome(fortnight)].map(([outcome, figures]) => [
    outcome.replaceAll("_", " "),
    percent(figures.share),
    figures.calls.toFixed(1),
    figures.mails.toFixed(1),
    `${figures.resolution.toFixed(0)} h`,
  ]),
]);
console.log(`\nDrawn: ${PICTURE}`);

function pendingStatuses(): number[] {
  const { pending, waitingOnCustomer, waitingOnThirdParty } = STATUS;
  return [pending, waitingOnCustomer, waitingOnThirdParty];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function print(rows: string[][]): void {
  for (const line of textTable(rows)) console.log(line);
}
