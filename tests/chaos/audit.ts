/**
 * Compares the tickets in Freshdesk with those in the store.
 *
 * @module
 */
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Store } from "../../workflow/store.ts";
import type { StoredPlan, Ticket } from "../../workflow/ticket.ts";
import { normalizeMessage } from "../../lib/text.ts";

/** The result of an audit. */
export interface Verdict {
  /** Tickets in Freshdesk. */
  tickets: number;
  /** Messages in Freshdesk, descriptions included. */
  messages: number;
  /** Missing tickets or messages. */
  lost: number;
  /** Tickets or messages that exist more than once. */
  duplicated: number;
  /** Tickets whose messages are in the wrong order. */
  outOfOrder: number;
  /** A sentence for each of these, and for anything else that is wrong. */
  problems: string[];
}

/** Audits an account that only this program has written to. */
export async function audit(
  kv: Deno.Kv,
  store: Store,
  sandbox: Sandbox,
): Promise<Verdict> {
  const verdict: Verdict = {
    tickets: sandbox.tickets.size,
    messages: sandbox.tickets.size,
    lost: 0,
    duplicated: 0,
    outOfOrder: 0,
    problems: [],
  };
  const report = (
    kind: "lost" | "duplicated" | "outOfOrder" | undefined,
    text: string,
  ) => {
    if (kind) verdict[kind]++;
    verdict.problems.push(kind ? `${kind}: ${text}` : text);
  };

  const byTag = Map.groupBy(sandbox.tickets.values(), ({ tags }) => tags[1]!);
  for (const [tag, tickets] of byTag) {
    if (tickets.length > 1) {
      report("duplicated", `${tickets.length} tickets have the tag ${tag}`);
    }
    if (!await store.get(tag)) {
      report("lost", `the ticket ${tag} is not in the store`);
    }
  }

  for await (const { value } of kv.list<Ticket>({ prefix: ["ticket"] })) {
    const { tag, id, state } = value;
    const plan = (await kv.get<StoredPlan>(["plan", tag])).value;
    const inFreshdesk = byTag.get(tag)?.[0];
    if (!inFreshdesk) {
      report("lost", `the ticket ${tag} (${state}) is not in Freshdesk`);
      continue;
    }
    if (
      state !== "closed" || inFreshdesk.status !== 5 || inFreshdesk.id !== id
    ) {
      report(
        undefined,
        `#${inFreshdesk.id} is ${state}, its status in Freshdesk ${inFreshdesk.status}`,
      );
    }
    const thread = sandbox.conversations(inFreshdesk.id);
    verdict.messages += thread.length;
    const texts = thread.map(({ body }) => normalizeMessage(body));
    const expectedTexts = (plan?.steps ?? []).slice(1).flatMap((step) =>
      "body" in step ? [normalizeMessage(step.body)] : []
    );
    for (const text of new Set([...texts, ...expectedTexts])) {
      const times = texts.filter((one) => one === text).length;
      if (times === 0) report("lost", `a message of #${inFreshdesk.id}`);
      if (times > 1) {
        report("duplicated", `a message of #${inFreshdesk.id}, ${times} times`);
      }
      if (!expectedTexts.includes(text)) {
        report(undefined, `an unknown message in #${inFreshdesk.id}`);
      }
    }
    const order = [...new Set(texts)];
    const expected = expectedTexts.filter((text) => texts.includes(text));
    if (order.some((text, i) => text !== expected[i])) {
      report("outOfOrder", `the messages of #${inFreshdesk.id}`);
    }
    const history = (await store.messageHistory(tag)).slice(1)
      .map(({ conversationId }) => conversationId);
    if (history.join() !== thread.map(({ id }) => id).join()) {
      report(
        undefined,
        `the history of #${inFreshdesk.id} differs from Freshdesk's`,
      );
    }
  }
  return verdict;
}
