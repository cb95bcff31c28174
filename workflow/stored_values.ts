/**
 * Whether values read from the database are what this program wrote, and what is bounded in them.
 *
 * @module
 */
import { shorten } from "../lib/text.ts";
import { OUTCOMES, type Person, type PlanStep } from "./plan.ts";
import type { Fields } from "./required_fields.ts";
import { type Interval, INTERVALS, type Label, LABELS } from "./schedule.ts";
import {
  type Claim,
  FINAL_STATES,
  type Participant,
  type StepError,
  type StoredPlan,
  type Ticket,
} from "./ticket.ts";

/** What is stored of a message; its text is in the plan. */
export interface StoredMessage {
  /** When it was known to be in Freshdesk (ms since 1970). */
  at: number;
  /** Freshdesk's id of the conversation; null for the description. */
  conversationId: number | null;
  /** The author's name. */
  name: string;
}

/** What a tick knows of a waiting ticket without reading it. */
export interface DueValue {
  /** What its next step is called. */
  waitsFor: Label;
  /** 0 not tried yet, 1 it failed, 2 Freshdesk refused it. */
  tried: 0 | 1 | 2;
  /** Calls to Freshdesk that are left to make for it, if all goes well. */
  callsLeft: number;
  /** Freshdesk's status, as last set or seen. */
  status?: number | null;
}

/** A job's last noted run. */
export interface JobRun {
  /** When it began (ms since 1970). */
  at: number;
  /** How long it took, in milliseconds. */
  took: number;
  /**
   * Steps done, steps to be tried again, tickets that ended unclosed, in a dry run what would have
   * been done, and why steps were refused; null if it crashed.
   */
  report:
    | {
      done: number;
      postponed: number;
      gaveUp: number;
      planned?: number;
      refused?: string;
    }
    | null;
  /** Why it crashed, and what to do. */
  error: string | null;
}

/** That nothing is done for now. */
export interface Pause {
  /** Who wants it. */
  by: string;
  /** Since when (ms since 1970). */
  since: number;
  /** Until when (ms since 1970); null: until it is resumed. */
  until: number | null;
  /** Where a clean-up holds all else back: how far it is. */
  cleanup?: { done: number; total: number };
}

/** Tickets are moved to the trash, or were. */
export interface Cleanup {
  /** Its own name. */
  id: string;
  /** Who began it. */
  by: string;
  /** Since when (ms since 1970). */
  since: number;
  /** When it last said how far it is (ms since 1970). */
  seen: number;
  /** When it ended (ms since 1970); null: it has not. */
  endedAt: number | null;
  /** Tickets dealt with. */
  done: number;
  /** Tickets found. */
  total: number;
  /** How it ended, or how it goes. */
  said: string;
}

/** Bytes for a name and for the subject. */
const MOST = { name: 60, subject: 80 };
/** Bytes for all texts of a record, which stays below 1 KiB so. */
const TEXTS = 470;

/** The ticket with its texts bounded; errors get the bytes that names leave. */
export function bounded(ticket: Ticket): Ticket {
  const { lastError } = ticket;
  const person = ({ id, name }: Participant) => ({
    id,
    name: cut(name, MOST.name),
  });
  const contact = person(ticket.contact);
  const agent = person(ticket.agent);
  const subject = cut(ticket.subject, MOST.subject);
  const left = TEXTS - size(contact.name) - size(agent.name) - size(subject);
  const hint = cut(lastError?.hint ?? "", Math.floor(left / 2));
  const message = cut(lastError?.message ?? "", left - size(hint));
  return {
    ...ticket,
    contact,
    agent,
    subject,
    lastError: lastError && { ...lastError, message, hint },
  };
}

/** The bytes of a text in Deno KV: two a character where one is beyond Latin-1. */
function size(text: string): number {
  return /[^ -ÿ]/.test(text) ? 2 * text.length : text.length;
}

function cut(text: string, bytes: number): string {
  const isWide = size(text) > text.length;
  return shorten(text, Math.floor(isWide ? bytes / 2 : bytes)).toWellFormed();
}

/** Whether a stored value is as it must be. */
type Check = (value: unknown) => boolean;

const isParticipant = record<Participant>({
  id: Number.isSafeInteger,
  name: isText,
});

/** What every field of a stored ticket must be. */
const TICKET: Record<keyof Ticket, Check> = {
  version: (value) => value === 2,
  tag: isText,
  number: isCount,
  id: orNull(Number.isSafeInteger),
  state: (value) => value === "active" || isOneOf(FINAL_STATES, value),
  step: isCount,
  steps: isCount,
  waitsFor: (value) => isOneOf(LABELS, value),
  job: (value) => isOneOf(INTERVALS, value),
  dueAt: isMoment,
  createdAt: isMoment,
  stepSince: isMoment,
  firstFailedAt: orNull(isMoment),
  claim: orNull(record<Claim>({
    owner: isText,
    claimedAt: isMoment,
    expiresAt: isMoment,
  })),
  outcomeUnknown: isBoolean,
  attempts: isCount,
  lastError: orNull(record<StepError>({
    at: isMoment,
    message: isText,
    hint: isText,
    refused: optional(isBoolean),
  })),
  tagSeenAt: optional(isMoment),
  contact: isParticipant,
  agent: isParticipant,
  subject: isText,
  priority: (value) => isOneOf([1, 2, 3, 4], value),
  outcome: (value) => isOneOf(OUTCOMES, value),
  status: orNull(Number.isSafeInteger),
  completedAt: orNull(isMoment),
};

const TICKET_CHECKS = Object.entries<Check>(TICKET);

/** Returns what is wrong with a stored ticket; `undefined` if nothing is. */
export function validationProblem(
  value: unknown,
  tag: string,
): string | undefined {
  if (!isRecord(value)) return "it is not a record";
  const { version } = value;
  if (version !== 2) {
    return `it has version ${version} and this program knows version 2`;
  }
  if (value.tag !== tag) return "its tag is that of another ticket";
  const field = TICKET_CHECKS.find(([field, check]) => !check(value[field]))
    ?.[0];
  if (!field) return undefined;
  const found = value[field];
  if (found === undefined) return `it has no ${field}`;
  // Names and texts stay out of the log.
  return typeof found === "object" && found !== null
    ? `its ${field} is damaged`
    : `its ${field} is ${String(found).slice(0, 100)}`;
}

const isPerson = record<Person>({
  id: Number.isSafeInteger,
  name: isText,
  email: isText,
});

const STEP_KINDS: readonly PlanStep["kind"][] = [
  "create",
  "assign",
  "reply",
  "answer",
  "note",
  "status",
  "close",
];

/** Whether a stored value can be played as a plan. */
export function isStoredPlan(value: unknown): value is StoredPlan {
  return isRecord(value) && isText(value.subject) &&
    isPerson(value.contact) && isPerson(value.agent) &&
    record<Fields>({
      type: optional(isText),
      agent: optional(isBoolean),
      custom: optional(isRecord),
    })(value.fields) &&
    Array.isArray(value.steps) && value.steps.length > 0 &&
    value.steps.every((step) =>
      isRecord(step) && isOneOf(STEP_KINDS, step.kind) &&
      optional(isText)(step.body) && optional(isPerson)(step.agent)
    );
}

/** Whether a stored value is a message. */
export const isStoredMessage = record<StoredMessage>({
  at: isMoment,
  conversationId: orNull(Number.isSafeInteger),
  name: isText,
}) as (value: unknown) => value is StoredMessage;

/** Whether a stored value says what a ticket waits for. */
export const isDueValue = record<DueValue>({
  waitsFor: (value) => isOneOf(LABELS, value),
  tried: (value) => isOneOf([0, 1, 2], value),
  callsLeft: isCount,
  status: optional(orNull(Number.isSafeInteger)),
}) as (value: unknown) => value is DueValue;

/** Whether a stored value is a point of the chart. */
export const isBacklog = record<
  Record<"open" | "pending" | "resolved", number>
>(
  { open: isCount, pending: isCount, resolved: isCount },
) as (
  value: unknown,
) => value is Record<"open" | "pending" | "resolved", number>;

/** Whether a stored value is a job's run. */
export const isJobRun = record<JobRun>({
  at: isMoment,
  took: Number.isFinite,
  report: orNull(isRecord),
  error: orNull(isText),
}) as (value: unknown) => value is JobRun;

/** Whether a stored value says that nothing is done for now. */
export const isPause = record<Pause>({
  by: isText,
  since: isMoment,
  until: orNull(isMoment),
  cleanup: optional(isRecord),
}) as (value: unknown) => value is Pause;

/** Whether a stored value is a clean-up. */
export const isCleanup = record<Cleanup>({
  id: isText,
  by: isText,
  since: isMoment,
  seen: isMoment,
  endedAt: orNull(isMoment),
  done: isCount,
  total: isCount,
  said: isText,
}) as (value: unknown) => value is Cleanup;

/** Whether a part of a key is a job's interval. */
export function isInterval(value: unknown): value is Interval {
  return isOneOf(INTERVALS, value);
}

/** A moment that a `Date` can be (ms since 1970). */
function isMoment(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) >= 0 &&
    Number(value) <= 8.64e15;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isOneOf(values: readonly unknown[], value: unknown): boolean {
  return values.includes(value);
}

/** Whether a value is an object with names. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record<T>(checks: Record<keyof T, Check>): Check {
  const all = Object.entries<Check>(checks);
  return (value) =>
    isRecord(value) && all.every(([field, check]) => check(value[field]));
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}
