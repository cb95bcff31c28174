/**
 * A ticket as the conversation it is, with what comes next.
 *
 * @module
 */
import { plainText } from "../lib/text.ts";
import { MINUTE, toIso } from "../lib/time.ts";
import type { PlanStep } from "../workflow/plan.ts";
import { dueTick, type Label, labelOf } from "../workflow/schedule.ts";
import type { Message, StoredPlan, Ticket } from "../workflow/ticket.ts";
import type { Source } from "./source.ts";
import { type TicketView, ticketView } from "./ticket_view.ts";

/** A step of a ticket's plan. */
export interface StepView {
  /** What it is called. */
  label: Label;
  /** Whether it was done. */
  state: "done" | "next" | "open";
  /** When it was done, which is known of messages. */
  at: string | null;
  /** When it is expected, if all goes well; null once it is done, or when the ticket has ended. */
  expectedAt: string | null;
  /** Who does it; null where it is the program's. */
  by: string | null;
  /** What will be said; null once it is, or where nothing is. */
  text: string | null;
  /** The status that the ticket gets; null where it keeps its own. */
  status: string | null;
}

/** A ticket with its conversation. */
export interface ThreadView extends TicketView {
  /** The steps of its plan, in order. */
  steps: StepView[];
  /** The number of the step it waits for, from 0. */
  step: number;
  /** What was said, in order; plain text. */
  messages: {
    from: Message["from"];
    name: string;
    private: boolean;
    text: string;
    at: string;
  }[];
}

/**
 * A ticket and what was said in it: null when there is none.
 *
 * @param name Freshdesk's id, or the ticket's tag
 */
export async function thread(
  source: Source,
  name: string,
): Promise<ThreadView | null> {
  const { store } = source;
  const entry = /^\d{1,15}$/.test(name)
    ? await store.getById(Number(name))
    : await store.get(name);
  if (!entry) return null;
  const { ticket } = entry;
  const [plan, history] = await Promise.all([
    store.plan(ticket.tag),
    store.messageHistory(ticket.tag),
  ]);
  return {
    ...ticketView(ticket, source),
    step: ticket.step,
    steps: plan ? await stepsOf(source, ticket, plan, history) : [],
    messages: history.map(({ from, name, private: isPrivate, body, at }) => ({
      from,
      name,
      private: isPrivate,
      text: plainText(body),
      at: toIso(at),
    })),
  };
}

async function stepsOf(
  { now, calendars }: Source,
  ticket: Ticket,
  plan: StoredPlan,
  history: readonly Message[],
): Promise<StepView[]> {
  const saidAt = history.map(({ at }) => toIso(at));
  const hours = await calendars?.().catch(() => undefined);
  let expected = Math.max(ticket.dueAt, now() - now() % MINUTE);
  return plan.steps.map((step, i) => {
    const isDone = i < ticket.step || ticket.state === "closed";
    const isNext = i === ticket.step && ticket.state === "active";
    const label = labelOf(step);
    const by = actorOf(step, plan);
    const status = step.kind === "status"
      ? step.status.replaceAll("_", " ")
      : null;
    if (isDone) {
      const at = "body" in step ? saidAt.shift() ?? null : null;
      const done = { state: "done" as const, at, expectedAt: null, text: null };
      return { label, by, status, ...done };
    }
    if (!isNext && !step.sameTick) {
      expected = dueTick(plan, i, expected, hours);
    }
    return {
      label,
      state: isNext ? "next" : "open",
      at: null,
      expectedAt: ticket.state === "active" ? toIso(expected) : null,
      by,
      status,
      text: "body" in step ? plainText(step.body) : null,
    };
  });
}

function actorOf(step: PlanStep, { contact }: StoredPlan): string | null {
  if (step.kind === "create" || step.kind === "answer") return contact.name;
  return "agent" in step ? step.agent.name : null;
}
