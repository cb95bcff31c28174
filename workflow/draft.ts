/**
 * A ticket that is written and not yet stored, and what its opener needs of the store.
 *
 * @module
 */
import type { ContactMemory, Plan } from "./plan.ts";
import type { Fields } from "./required_fields.ts";

/** A ticket written and not yet stored. */
export interface Draft {
  /** All that happens in it. */
  plan: Plan;
  /** The tick at which it is opened (ms since 1970). */
  dueAt: number;
  /** Values for the fields that the account demands. */
  fields: Fields;
  /** To keep of its contact. */
  memory: ContactMemory;
}

/** The one-time token of this press of "open now" has drafted its tickets. */
export class TokenUsedError extends Error {
  /** Its class. */
  override readonly name = "TokenUsedError";

  /** Says so. */
  constructor() {
    super("These tickets were opened before");
  }
}

/** What the opener needs of the store. `Stored` is a ticket as it is stored. */
export interface OpeningStore<Stored> {
  /** Whether an hour has been drafted. */
  isHourOpened(hour: number): Promise<boolean>;
  /** Whether a dry run has said what it would open in an hour. */
  isHourPreviewed(hour: number): Promise<boolean>;
  /** Remembers that a dry run has said it. */
  markHourPreviewed(hour: number): Promise<void>;
  /** The number that the next ticket of this database gets, from 0. */
  nextNumber(): Promise<number>;
  /** What was kept of a contact. */
  contactMemory(contactId: number): Promise<ContactMemory | undefined>;
  /**
   * Adds an hour's drafts, all or none: `undefined` when the hour was drafted already, or the numbers
   * were taken meanwhile.
   *
   * @param hour `undefined`: opened by hand, besides the hour's
   * @param token drafts nothing a second time
   */
  addDrafts(
    hour: number | undefined,
    firstNumber: number,
    drafts: readonly Draft[],
    token?: string,
  ): Promise<Stored[] | undefined>;
  /**
   * How many calls the tickets that wait still need, counted up to `limit`: all their steps, of those
   * that are due before `until`.
   */
  countWaitingCalls(until: number, limit: number): Promise<number>;
  /** Whether the key may write for an agent, as far as is known. */
  canImpersonate(agentId: number): Promise<boolean>;
}
