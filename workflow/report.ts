/**
 * What ticks did, in numbers and in words.
 *
 * @module
 */
import { plainText, shorten } from "../lib/text.ts";
import type { Plan, PlanStep } from "./plan.ts";
import { labelOf } from "./schedule.ts";
import { type DueEntry, dueValue } from "./store.ts";
import type { Ticket } from "./ticket.ts";

/** What a tick did. */
export interface Report {
  /** Tickets that went on. */
  done: number;
  /** Tickets that did not: their step failed and is tried again, or is in another's hands. */
  postponed: number;
  /** Tickets that ended without being closed. */
  gaveUp: number;
  /** In a dry run alone: what would have been done, tickets to open or steps to take. */
  planned?: number;
  /** Why Freshdesk did not let the key do a step (403), and what to do. */
  refused?: string;
}

/** Nothing was done. */
export function emptyReport(): Report {
  return { done: 0, postponed: 0, gaveUp: 0 };
}

/** Whether there was nothing to do. */
export function isIdle(report: Report): boolean {
  return Object.values(report).every((value) => !value);
}

/** What both did. */
export function addReports(a: Report, b: Report): Report {
  return {
    ...a,
    ...b,
    done: a.done + b.done,
    postponed: a.postponed + b.postponed,
    gaveUp: a.gaveUp + b.gaveUp,
  };
}

/** Adds what became of a ticket that was due; null: it was left alone. */
export function addResult(
  report: Report,
  due: DueEntry,
  after: Ticket | null,
): void {
  const result = after ? resultOf(due, after) : "postponed";
  report[result]++;
  const { message, hint } = after?.lastError ?? { message: "", hint: "" };
  if (result === "postponed" && /: 403\b/.test(message)) {
    report.refused = `${message}. ${hint}`;
  }
}

function resultOf(
  due: DueEntry,
  after: Ticket,
): "done" | "postponed" | "gaveUp" {
  const { state } = after;
  if (state === "abandoned" || state === "failed") return "gaveUp";
  const isFurther = dueValue(after).callsLeft < due.callsLeft;
  return state === "closed" || isFurther ? "done" : "postponed";
}

/** What a ticket is called. */
export function titleOf({ id, tag }: Ticket): string {
  return id === null ? `The new ticket ${tag}` : `#${id}`;
}

/** What a step did to a ticket, in words. */
export function describeStep(step: PlanStep, ticket: Ticket): string {
  const { contact, agent, subject } = ticket;
  switch (step.kind) {
    case "create":
      return `opened by ${contact.name}: ${subject}`;
    case "assign":
      return `assigned to ${agent.name}`;
    case "answer":
      return `${labelOf(step)} by ${contact.name}`;
    case "status":
      return `status ${step.status.replaceAll("_", " ")}`;
    case "close":
      return "closed";
    default:
      return `${labelOf(step)} by ${step.agent.name}`;
  }
}

/** What became of a ticket whose step failed, in words and as a level of the log. */
export function describeFailure(
  ticket: Ticket,
): { level: "warn" | "error"; text: string } {
  const { state, waitsFor, lastError, dueAt, id, tag } = ticket;
  const said = `${titleOf(ticket)}: ${waitsFor}: ${
    shorten(lastError?.message ?? "")
  }`;
  switch (state) {
    case "failed": {
      const hint = shorten(lastError?.hint ?? "");
      const text = `${said}. ${hint} Then retry it: deno task retry ${
        id ?? tag
      }`;
      return { level: "error", text };
    }
    case "abandoned":
      return { level: "warn", text: `${said}. The ticket is abandoned` };
    default: {
      const time = new Date(dueAt).toISOString().slice(11, 16);
      return {
        level: "warn",
        text: `${said}. It is tried again at ${time} UTC`,
      };
    }
  }
}

/** A ticket with all that would be said in it. */
export function inWords(
  { subject, contact, agent, outcome, steps }: Plan,
): string {
  const messages = steps.flatMap((step) =>
    "body" in step
      ? [
        `${"agent" in step ? step.agent.name : contact.name}${
          step.kind === "note" ? " (private)" : ""
        }: ${plainText(step.body)}`,
      ]
      : []
  );
  return [
    `"${subject}" for ${contact.name}, assigned to ${agent.name} (${
      outcome.replaceAll("_", " ")
    })`,
    ...messages,
  ].join("\n---\n");
}
