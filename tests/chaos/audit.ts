/**
 * Compares what Freshdesk has with what should be.
 *
 * @module
 */
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Store } from "../../workflow/store.ts";
import type { StoredPlan, Ticket } from "../../workflow/ticket.ts";
import { normalizeMessage } from "../../lib/text.ts";

/** What came out. */
export interface Verdict {
  /** Tickets in Freshdesk. */
  tickets: number;
  /** Messages in Freshdesk, descriptions included. */
  messages: number;
  /** Tickets or messages that should be there and are not. */
  lost: number;
  /** Tickets or messages that are there more than once. */
  duplicated: number;
  /** Messages that stand in another order than they should. */
  outOfOrder: number;
  /** A sentence for each of these, and for whatever else is not as it should be. */
  problems: string[];
}

/** The verdict on an account that only this program has written to. */
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
  const tell = (
    kind: "lost" | "duplicated" | "outOfOrder" | undefined,
    text: string,
  ) => {
    if (kind) verdict[kind]++;
    verdict.problems.push(kind ? `${kind}: ${text}` : text);
  };

  const made = Map.groupBy(sandbox.tickets.values(), ({ tags }) => tags[1]!);
  for (const [tag, tickets] of made) {
    if (tickets.length > 1) {
      tell("duplicated", `${tickets.length} tickets bear the tag ${tag}`);
    }
    if (!await store.get(tag)) {
      tell("lost", `nobody knows of the ticket ${tag}`);
    }
  }

  for await (const { value } of kv.list<Ticket>({ prefix: ["ticket"] })) {
    const { tag, id, state } = value;
    const plan = (await kv.get<StoredPlan>(["plan", tag])).value;
    const there = made.get(tag)?.[0];
    if (!there) {
      tell("lost", `the ticket ${tag} (${state}) is not in Freshdesk`);
      continue;
    }
    if (state !== "closed" || there.status !== 5 || there.id !== id) {
      tell(
        undefined,
        `#${there.id} is ${state}, its status in Freshdesk ${there.status}`,
      );
    }
    const thread = sandbox.conversations(there.id);
    verdict.messages += thread.length;
    const texts = thread.map(({ body }) => normalizeMessage(body));
    const should = (plan?.steps ?? []).slice(1).flatMap((step) =>
      "body" in step ? [normalizeMessage(step.body)] : []
    );
    for (const text of new Set([...texts, ...should])) {
      const times = texts.filter((one) => one === text).length;
      if (times === 0) tell("lost", `a message of #${there.id}`);
      if (times > 1) {
        tell("duplicated", `a message of #${there.id}, ${times} times`);
      }
      if (!should.includes(text)) {
        tell(undefined, `a strange message in #${there.id}`);
      }
    }
    const order = [...new Set(texts)];
    const expected = should.filter((text) => texts.includes(text));
    if (order.some((text, i) => text !== expected[i])) {
      tell("outOfOrder", `the messages of #${there.id}`);
    }
    const history = (await store.messageHistory(tag)).slice(1)
      .map(({ conversationId }) => conversationId);
    if (history.join() !== thread.map(({ id }) => id).join()) {
      tell(undefined, `the history of #${there.id} is not Freshdesk's`);
    }
  }
  return verdict;
}
