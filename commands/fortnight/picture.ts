/**
 * The picture of a fortnight: how many tickets are open, pending and resolved, day by day.
 *
 * @module
 */
import { DAY, HOUR, toLocalTime } from "../../lib/time.ts";
import { type Counts, statusCounts } from "./figures.ts";
import type { Fortnight } from "./simulation.ts";

const WIDTH = 960;
const HEIGHT = 352;
/** Around the plot. */
const SPACE = { top: 72, right: 16, bottom: 36, left: 44 };
/** From the bottom up. */
const SERIES = ["open", "pending", "resolved"] as const;
const NAMES = { open: "Open", pending: "Pending", resolved: "Resolved" };

/** Colours on light and on dark ground. */
const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #475569; }
  .title { font-size: 16px; font-weight: 600; fill: #0f172a; }
  .small { font-size: 12px; }
  .grid { stroke: #e2e8f0; }
  .axis { stroke: #94a3b8; }
  .weekend { fill: #f1f5f9; }
  .ground { fill: #ffffff; }
  .open { fill: #2563eb; } .pending { fill: #f59e0b; } .resolved { fill: #86c5a4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #94a3b8; }
    .title { fill: #f1f5f9; }
    .grid { stroke: #1e293b; }
    .axis { stroke: #475569; }
    .weekend { fill: #162033; }
    .ground { fill: #0f172a; }
    .open { fill: #60a5fa; } .pending { fill: #fbbf24; } .resolved { fill: #3f7d5f; }
  }
`;

/** Draws the fortnight as SVG, one stacked area each. */
export function drawFortnight(fortnight: Fortnight): string {
  const { start, end, hours } = fortnight;
  const counts = hourly(fortnight);
  const most = Math.max(
    ...counts.map(({ open, pending, resolved }) => open + pending + resolved),
  );
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200].find((step) => most / step <= 6) ?? 500;
  const top = Math.ceil(most / step) * step;
  const x = (at: number) =>
    SPACE.left +
    (at - start) / (end - start) * (WIDTH - SPACE.left - SPACE.right);
  const y = (count: number) =>
    HEIGHT - SPACE.bottom -
    count / top * (HEIGHT - SPACE.top - SPACE.bottom);

  const days = daysOf(fortnight);
  const weekends = days.filter(({ isWorkingDay }) => !isWorkingDay)
    .map(({ from, to }) =>
      `<rect class="weekend" x="${round(x(from))}" y="${SPACE.top}" width="${
        round(x(to) - x(from))
      }" height="${y(0) - SPACE.top}"/>`
    );
  const grid = Array.from({ length: top / step + 1 }, (_, i) => i * step)
    .map((count) =>
      `<line class="${count === 0 ? "axis" : "grid"}" x1="${SPACE.left}" x2="${
        WIDTH - SPACE.right
      }" y1="${round(y(count))}" y2="${round(y(count))}"/><text x="${
        SPACE.left - 8
      }" y="${round(y(count) + 4)}" text-anchor="end">${count}</text>`
    );
  const labels = days.map(({ from, to, name }) =>
    `<line class="axis" x1="${round(x(from))}" x2="${round(x(from))}" y1="${
      y(0)
    }" y2="${y(0) + 5}"/><text x="${round((x(from) + x(to)) / 2)}" y="${
      y(0) + 22
    }" text-anchor="middle">${name}</text>`
  );
  const areas = SERIES.map((name, i) => {
    const below = (counts: Counts) => sumOf(counts, SERIES.slice(0, i));
    const above = (counts: Counts) => sumOf(counts, SERIES.slice(0, i + 1));
    const upper = counts.map((c) => `${round(x(c.at))},${round(y(above(c)))}`);
    const lower = counts.map((c) => `${round(x(c.at))},${round(y(below(c)))}`);
    return `<path class="${name}" d="M${upper.join("L")}L${
      lower.reverse().join("L")
    }Z"/>`;
  });
  const legend = SERIES.map((name, i) => {
    const left = WIDTH - SPACE.right - [250, 176, 84][i]!;
    return `<rect class="${name}" x="${left}" y="20" width="12" height="12" rx="2"/><text x="${
      left + 18
    }" y="31">${NAMES[name]}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">`,
    `<title id="title">Tickets that are open, pending and resolved over a fortnight</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    `<text class="title" x="${SPACE.left}" y="31">A fortnight at the desk: tickets by status</text>`,
    `<text class="small" x="${SPACE.left}" y="50">Agents work ${hours}, ${hours.timeZone}</text>`,
    ...weekends,
    ...grid.slice(1),
    ...areas,
    ...grid.slice(0, 1),
    ...labels,
    ...legend,
    `</svg>`,
    "",
  ].join("\n");
}

/** The counts at every full hour. */
function hourly(fortnight: Fortnight): Counts[] {
  const { start, end } = fortnight;
  const changes = statusCounts(fortnight);
  const counts: Counts[] = [];
  let now: Counts = { at: start, open: 0, pending: 0, resolved: 0 };
  let i = 0;
  for (let at = start; at <= end; at += HOUR) {
    for (; changes[i] && changes[i]!.at <= at; i++) now = changes[i]!;
    counts.push({ ...now, at });
  }
  return counts;
}

/** The days of the fortnight; one is an hour longer or shorter when the clock changes. */
function daysOf({ start, end, hours }: Fortnight) {
  const days: {
    from: number;
    to: number;
    name: string;
    isWorkingDay: boolean;
  }[] = [];
  let day = toLocalTime(start, hours.timeZone);
  while (day.epochMilliseconds < end - DAY / 2) {
    const next = day.add({ days: 1 });
    days.push({
      from: day.epochMilliseconds,
      to: next.epochMilliseconds,
      name: day.toLocaleString("en-GB", { weekday: "short", day: "numeric" }),
      isWorkingDay: hours.isWorkingDay(day.dayOfWeek),
    });
    day = next;
  }
  return days;
}

function sumOf(counts: Counts, names: readonly (typeof SERIES)[number][]) {
  return names.reduce((sum, name) => sum + counts[name], 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
