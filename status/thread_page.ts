/**
 * A ticket as the conversation it is, as HTML.
 *
 * @module
 */
import { html } from "hono/html";
import type { ThreadView } from "./queries.ts";
import { type Frame, type Html, layout, time, trouble } from "./pages.ts";
import { TITLES } from "./format.ts";

/** Who said what, and when; what was done and what comes next. */
export function threadPage(facts: ThreadView, frame: Frame): Html {
  const { id, tag, url, stage, subject, contact, agent, messages } = facts;
  const now = frame.at;
  const title = `${id === null ? tag : `#${id}`} ${subject}`;
  return layout(
    title,
    frame,
    html`<p class="back"><a href="/">← Board</a></p>
<article class="thread">
<header class="subject">
<h1><span class="id">${id === null ? "new" : `#${id}`}</span> ${subject}</h1>
<p class="people">${contact} → ${agent} · <span class="stage ${stage}">${
      facts.dueAt
        ? html`waits for ${TITLES[stage].toLowerCase()}, due ${
          time(facts.dueAt, now)
        }`
        : html`${TITLES[stage].toLowerCase()} ${time(facts.since, now)}`
    }</span>${
      url
        ? html`
          · <a href="${url}" rel="noreferrer">Open in Freshdesk</a>
        `
        : ""
    }</p>
</header>
${
      facts.lastError && stage !== "closed"
        ? html`<section class="failed" aria-label="What went wrong">${
          trouble(facts, now)
        }</section>`
        : ""
    }
<ol class="messages" aria-label="Conversation">${
      messages.map(({ from, name, text, at }) =>
        html`
          <li class="${from}">
            <p class="author"><b>${name}</b> <span>${from === "agent"
              ? "agent"
              : "customer"}</span> ${time(at, now)}</p>
            <div class="text">${text}</div>
          </li>
        `
      )
    }</ol>
${messages.length === 0 ? html`<p class="none">Nothing was said yet.</p>` : ""}
<h2>Steps</h2>
<ol class="steps">${
      facts.steps.map(({ label, state, at }) =>
        html`<li class="${state}">${TITLES[label]} ${
          at
            ? time(at, now)
            : state === "done"
            ? "done"
            : state === "next" && facts.dueAt
            ? html`due ${time(facts.dueAt, now)}`
            : "–"
        }</li>`
      )
    }</ol>
<p class="tag">Tag in Freshdesk: <code>${tag}</code></p>
</article>`,
  );
}
