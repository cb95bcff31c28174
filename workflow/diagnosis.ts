/**
 * What an error means for a ticket, where that takes another look at Freshdesk: the account may be in
 * trouble, or this ticket alone.
 *
 * @module
 */
import { NotFoundError } from "../freshdesk/errors.ts";
import type { Freshdesk } from "../freshdesk.ts";
import { classifyError, type Consequence, mayBeItsOwn } from "./failures.ts";
import { TakenOverError } from "./steps.ts";
import type { Ticket } from "./ticket.ts";

/** What follows, and the error that it is due to. */
export interface Diagnosis {
  /** What follows. */
  consequence: Consequence;
  /** Why. */
  cause: unknown;
}

/** Looks into errors. */
export class Diagnostician {
  readonly #freshdesk: Freshdesk;
  /** The last check whether the account is fine, of the tick it was made in. */
  #checked: { tick: number; fine: Promise<unknown> } | undefined;

  /** Asks nothing until there is an error. */
  constructor(freshdesk: Freshdesk) {
    this.#freshdesk = freshdesk;
  }

  /** What an error means. One that would end the ticket, or stop all, is looked into first. */
  async diagnose(
    error: unknown,
    ticket: Pick<Ticket, "id">,
    tick: number,
  ): Promise<Diagnosis> {
    const consequence = classifyError(error, ticket);
    if (consequence === "abandon" && !(error instanceof TakenOverError)) {
      try {
        const isOver = await this.#isGone(ticket);
        return { consequence: isOver ? consequence : "later", cause: error };
      } catch (trouble) {
        return await this.diagnose(trouble, { id: null }, tick);
      }
    }
    if (consequence === "stop" && mayBeItsOwn(error)) {
      try {
        await this.#checkAccount(tick);
        return { consequence: "later", cause: error };
      } catch (cause) {
        return { consequence: classifyError(cause, { id: null }), cause };
      }
    }
    return { consequence, cause: error };
  }

  /** Rejects when the account is in trouble; asks once a tick. */
  async #checkAccount(tick: number): Promise<void> {
    if (this.#checked?.tick !== tick) {
      this.#checked = { tick, fine: this.#freshdesk.getMe() };
    }
    await this.#checked.fine;
  }

  /**
   * Whether a ticket that was not found is really over. A wrong FRESHDESK_URL answers 404 to
   * everything, so the account itself must still be there.
   */
  async #isGone({ id }: Pick<Ticket, "id">): Promise<boolean> {
    if (id === null) return false;
    try {
      const { deleted, spam } = await this.#freshdesk.getTicket(id);
      return deleted === true || spam === true;
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      await this.#freshdesk.getMe();
      return true;
    }
  }
}
