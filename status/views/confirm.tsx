/**
 * Asks before something is done that cannot be taken back.
 *
 * @module
 */
import { type Frame, layout, StatusLine } from "./layout.tsx";
import type { Html } from "./parts.tsx";

/** Asks whether an action is wanted; its form sends the same values with the answer. */
export function confirmPage(
  { question, action, fields, back }: {
    /** What would happen, in sentences. */
    question: string;
    /** Where the form goes. */
    action: string;
    /** What it sends. */
    fields: Record<string, string>;
    /** Where else one can go. */
    back: string;
  },
  frame: Frame,
): Html {
  return layout({
    title: "Please confirm",
    frame,
    still: true,
    children: (
      <>
        <StatusLine frame={frame} />
        <section class="card question" aria-labelledby="question">
          <h1 id="question">Please confirm</h1>
          <p>{question}</p>
          <form method="post" action={action} class="inline">
            {Object.entries(fields).map(([name, value]) => (
              <input type="hidden" name={name} value={value} />
            ))}
            <button type="submit" class="primary">Confirm</button>
            <a class="button" href={back}>Cancel</a>
          </form>
        </section>
      </>
    ),
  });
}
