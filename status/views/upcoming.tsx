/**
 * What the next hours bring.
 *
 * @module
 */
import type { FC } from "hono/jsx";
import { HOUR } from "../../lib/time.ts";
import type { PreviewResult } from "../actions.ts";
import { dayAndHour, STAGE_GROUPS } from "../format.ts";
import { type Frame, layout, StatusLine } from "./layout.tsx";
import type { Html } from "./parts.tsx";
import { Time } from "./parts.tsx";

/** An hour, and how often what happens in it. */
interface Hour {
  at: string;
  counts: number[];
}

const COLUMNS = STAGE_GROUPS.map(({ title }) => title);

/** What is opened, and which steps are taken, hour by hour. */
export function upcomingPage(view: PreviewResult, frame: Frame): Html {
  const { hours, openings, more } = view;
  const rows = byHour(view);
  const used = COLUMNS.map((_, i) => rows.some(({ counts }) => counts[i]! > 0));
  const known = openings.filter(({ subject }) => subject !== null);
  return layout({
    title: "Coming up",
    frame,
    current: "/upcoming",
    children: (
      <>
        <StatusLine frame={frame} />
        <h1>
          Coming up in the next {hours === 1 ? "hour" : `${hours} hours`}
        </h1>
        {frame.paused && (
          <p class="quiet">Paused: all of this waits until the pause ends.</p>
        )}
        {rows.length === 0 && (
          <p class="quiet">Nothing happens in this time.</p>
        )}
        <div class="below">
          {rows.length > 0 && (
            <section class="card" aria-labelledby="hours">
              <h2 id="hours">Hour by hour</h2>
              <table class="upcoming">
                <thead>
                  <tr>
                    <th scope="col">Hour</th>
                    {COLUMNS.map((name, i) =>
                      used[i] && <th scope="col" class="number">{name}</th>
                    )}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => <Row of={row} used={used} />)}
                </tbody>
              </table>
              <p class="searched">
                Each open ticket is counted once, with its next step.
                {more && " Only the first 200 steps are counted."}
              </p>
            </section>
          )}
          {known.length > 0 && (
            <section class="card" aria-labelledby="openings">
              <h2 id="openings">The next new tickets</h2>
              <ul class="rows">
                {known.map((opening) => (
                  <Opening of={opening} now={frame.at} />
                ))}
              </ul>
            </section>
          )}
        </div>
      </>
    ),
  });
}

const Row: FC<{ of: Hour; used: boolean[] }> = (
  { of: { at, counts }, used },
) => (
  <tr>
    <th scope="row">
      <time datetime={at} data-as="hour" title={`${dayAndHour(at)} UTC`}>
        {dayAndHour(at)}
      </time>
    </th>
    {counts.map((count, i) =>
      used[i] && (
        <td class="number" data-name={COLUMNS[i]!.toLowerCase()}>
          {count > 0 && count}
        </td>
      )
    )}
  </tr>
);

const Opening: FC<{ of: PreviewResult["openings"][number]; now: string }> = (
  { of: { at, subject, contact, agent }, now },
) => (
  <li>
    <span class="open">{subject}</span>
    <p class="when">
      <Time at={at} now={now} />
    </p>
    <p class="people">
      {contact} <span aria-label="to">→</span> {agent}
    </p>
  </li>
);

/** The hours in which anything happens. */
function byHour({ openings, steps }: PreviewResult): Hour[] {
  const hours = new Map<number, number[]>();
  const add = (at: string, column: number) => {
    const hour = Date.parse(at) - Date.parse(at) % HOUR;
    const counts = hours.get(hour) ?? COLUMNS.map(() => 0);
    counts[column]!++;
    hours.set(hour, counts);
  };
  const opening = groupOf("opening");
  for (const { at } of openings) add(at, opening);
  for (const { at, stage } of steps) {
    add(at, groupOf(stage));
  }
  return [...hours].sort(([a], [b]) => a - b).map(([at, counts]) => ({
    at: new Date(at).toISOString(),
    counts,
  }));
}

function groupOf(stage: string): number {
  return STAGE_GROUPS.findIndex(({ labels }) =>
    labels.some((label) => label === stage)
  );
}
