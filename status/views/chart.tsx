/**
 * How many tickets were open, pending and resolved over the last days.
 *
 * @module
 */
import { HOUR } from "../../lib/time.ts";
import { PHASES } from "../../workflow/store.ts";
import { dayAndHour } from "../format.ts";
import type { BoardView } from "../board_view.ts";
import type { Html } from "./parts.tsx";

const HEIGHT = 100;
/** Days that fit. */
const HOURS = 7 * 24;
/** Fewer points make no picture. */
const LEAST = 3;
/** Labels of the time axis. */
const MARKS = 4;

/** Areas upon each other, with their numbers, hour by hour; nothing while there is too little to show. */
export const BacklogChart = (
  { view }: { view: BoardView },
): Html | null => {
  const { backlog, at } = view;
  const hour = Date.parse(at) - Date.parse(at) % HOUR;
  const kept = view.backlogs.filter((point) =>
    Date.parse(point.at) > hour - HOURS * HOUR
  );
  if (kept.length < LEAST) return null;
  const first = Date.parse(kept[0]!.at);
  const known = new Map(kept.map((point) => [Date.parse(point.at), point]));
  known.set(hour, { at: new Date(hour).toISOString(), ...backlog });
  const count = (hour - first) / HOUR + 1;
  let last = kept[0]!;
  const points = Array.from({ length: count }, (_, i) => {
    const at = first + i * HOUR;
    // An hour without a sample was one in which nothing ran.
    last = known.get(at) ?? { ...last, at: new Date(at).toISOString() };
    return last;
  });
  const most = Math.max(
    ...points.map(({ open, pending, resolved }) => open + pending + resolved),
  );
  if (most === 0) return null;
  const top = niceTop(most);
  const marks = Array.from(
    { length: MARKS },
    (_, i) => points[Math.floor(i * count / MARKS)]!.at,
  );
  const days = Math.max(1, Math.round(count / 24));
  const label =
    `Tickets over the last ${
      count < 36 ? `${count} hours` : `${days} days`
    }: now ${
      PHASES.map((phase) => `${backlog[phase]} ${phase}`).join(", ")
    }; ` +
    `at most ${most} at once`;
  return (
    <section class="card chart" aria-labelledby="chart">
      <h2 id="chart">
        Tickets over the last {count < 36 ? `${count} hours` : `${days} days`}
      </h2>
      <ul class="legend">
        {PHASES.map((phase) => (
          <li>
            <a href={`/tickets?state=${phase}`} class={`key ${phase}`}>
              <b>{backlog[phase]}</b> {phase}
            </a>
          </li>
        ))}
      </ul>
      <div class="plot">
        <div class="values" aria-hidden="true">
          <span>{top}</span>
          <span>{top / 2}</span>
          <span>0</span>
        </div>
        <svg
          viewBox={`0 0 ${count} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={label}
        >
          <path
            class="grid"
            d={`M0 0H${count}M0 ${HEIGHT / 2}H${count}M0 ${HEIGHT}H${count}`}
          />
          {area(
            "resolved",
            points.map((p) => p.open + p.pending + p.resolved),
            top,
          )}
          {area("pending", points.map((p) => p.open + p.pending), top)}
          {area("open", points.map((p) => p.open), top)}
          {points.map((point, i) => (
            <rect class="slot" x={i} y="0" width="1" height={HEIGHT}>
              <title>
                {`${dayAndHour(point.at)} UTC: ${
                  PHASES.map((phase) => `${point[phase]} ${phase}`).join(", ")
                }`}
              </title>
            </rect>
          ))}
        </svg>
        <div class="hours" aria-hidden="true">
          {marks.map((at) => (
            <time datetime={at} data-as="hour" title={`${dayAndHour(at)} UTC`}>
              {dayAndHour(at)}
            </time>
          ))}
        </div>
      </div>
    </section>
  );
};

function area(phase: string, values: number[], top: number) {
  const steps = values.map((value) => {
    const y = Math.round((1 - value / top) * HEIGHT * 10) / 10;
    return `V${y}h1`;
  });
  return <path class={phase} d={`M0 ${HEIGHT}${steps.join("")}V${HEIGHT}Z`} />;
}

/** An even number that the axis can end at. */
function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 2)));
  return [2, 4, 6, 8, 10].map((n) => n * power).find((n) => n >= most)!;
}
