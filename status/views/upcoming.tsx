/**
 * What the next hours bring.
 *
 * @module
 */
import type { FC } from "hono/jsx";
import { HOUR } from "../../lib/time.ts";
import type { PreviewResult } from "../actions.ts";
import { dayAndHour, STAGE_GROUPS } from "../format.ts";
import { type Frame, type Html, layout, StatusLine } from "./layout.tsx";
import { Time } from "./parts.tsx";

/** An hour, and how often what happens in it. */
interface Hour {
  at: string;
  counts: number[];
}

const NEW = "New ticket";
const COLUMNS = [NEW, ...STAGE_GROUPS.map(({ title }) => title)];

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
        <h1>Coming up in {hours} {hours === 1 ? "hour" : "hours"}</h1>
        {frame.paused && (
          <p class="quiet">Paused: all of this waits until the pause ends.</p>
        )}
        {rows.length === 0
          ? <p class="quiet">Nothing happens in this time.</p>
          : (
            <section class="card" aria-label="Hour by hour">
              <table class="agents upcoming">
                <thead>
                  <tr>
                    <th scope="col">Hour</th>
                    {COLUMNS.map((name, i) =>
                      used[i] && <th scope="col" class="number">{name}</th>
                    )}
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ at, counts }) => (
                    <tr>
                      <th scope="row">
                        <time
                          datetime={at}
                          data-as="hour"
                          title={`${dayAndHour(at)} UTC`}
                        >
                          {dayAndHour(at)}
                        </time>
                      </th>
                      {counts.map((count, i) =>
                        used[i] && (
                          <td
                            class={`number${count === 0 ? " zero" : ""}`}
                            data-name={COLUMNS[i]!.toLowerCase()}
                          >
                            {count}
                          </td>
                        )
                      )}
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )}
        <p class="searched">
          Each open ticket is counted once, with its next step.
          {more && " Only the first 200 steps are counted."}
        </p>
        {known.length > 0 && (
          <section class="card" aria-labelledby="openings">
            <h2 id="openings">The next new tickets</h2>
            <ul class="rows">
              {known.map((opening) => <Opening of={opening} now={frame.at} />)}
            </ul>
          </section>
        )}
      </>
    ),
  });
}

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
  for (const { at } of openings) add(at, 0);
  for (const { at, stage } of steps) {
    const group = STAGE_GROUPS.findIndex(({ labels }) =>
      labels.some((label) => label === stage)
    );
    add(at, group + 1);
  }
  return [...hours].sort(([a], [b]) => a - b).map(([at, counts]) => ({
    at: new Date(at).toISOString(),
    counts,
  }));
}
