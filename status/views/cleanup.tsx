/**
 * A clean-up: what it would move to the trash, the form that begins it, and how far it is.
 *
 * @module
 */
import type { CleanupPreview } from "../actions.ts";
import { type Frame, layout, StatusLine } from "./layout.tsx";
import type { Html } from "./parts.tsx";
import { ActionForm, Count, Time } from "./parts.tsx";

/** Tickets that are listed. */
const LISTED = 50;

/** What a clean-up would do, or does. */
export function cleanupPage(view: CleanupPreview, frame: Frame): Html {
  const { last, total } = view;
  return layout({
    title: "Clean up",
    frame,
    // To look again asks Freshdesk again; only what is under way needs it.
    still: !last?.isUnderWay,
    children: (
      <>
        <StatusLine frame={frame} />
        <p class="back">
          <a href="/">← Board</a>
        </p>
        <h1>Clean up</h1>
        {last?.isUnderWay
          ? <Progress done={last.done} total={last.total} by={last.by} />
          : total === 0
          ? <p class="quiet">There is nothing to clean up.</p>
          : <Wanted view={view} frame={frame} />}
        {last && !last.isUnderWay && (
          <p class="searched">
            The last clean-up, by {last.by} at{" "}
            <Time at={last.since} now={frame.at} />: {last.said}
          </p>
        )}
      </>
    ),
  });
}

function Progress(
  { done, total, by }: { done: number; total: number; by: string },
) {
  return (
    <section class="card question" aria-labelledby="progress">
      <h2 id="progress">
        {total === 0
          ? "Looking for tickets"
          : `${done} of ${total} tickets are done`}
      </h2>
      <progress
        aria-labelledby="progress"
        max={Math.max(1, total)}
        value={done}
      />
      <p>
        Begun by{" "}
        {by}. All else is paused until it ends. You may leave this page.
      </p>
    </section>
  );
}

function Wanted({ view, frame }: { view: CleanupPreview; frame: Frame }) {
  const { total, tickets, confirm } = view;
  const shown = tickets.slice(0, LISTED);
  return (
    <>
      <section class="card question" aria-labelledby="wanted">
        <h2 id="wanted">
          {total === 1 ? "1 ticket goes" : `${total} tickets go`}{" "}
          to Freshdesk's trash
        </h2>
        <p>
          Only tickets of this program. Nothing else is opened, answered or
          closed meanwhile.
        </p>
        {frame.forms.canAct && (
          <ActionForm action="cleanup" forms={frame.forms} class="inline">
            <label>
              <span>
                Type <b>{confirm}</b> to confirm
              </span>
              <input
                id="cleanup-confirm"
                type="text"
                name="confirm"
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                required
              />
            </label>
            <button type="submit" class="danger">Clean up</button>
          </ActionForm>
        )}
      </section>
      <section class="card" aria-labelledby="going">
        <h2 id="going">
          What goes <Count of={total ?? 0} />
        </h2>
        <ul class="rows">
          {shown.map(({ id, subject, status, createdAt }) => (
            <li>
              <span class="open">
                <span class="id">#{id}</span> {subject}
              </span>
              <p class="when">
                {status}, created{" "}
                <Time
                  at={new Date(createdAt).toISOString()}
                  now={frame.at}
                />
              </p>
            </li>
          ))}
        </ul>
        {total !== null && total > shown.length && (
          <p class="more">and {total - shown.length} more</p>
        )}
      </section>
    </>
  );
}
