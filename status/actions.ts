/**
 * What a person can do: open tickets now, pause and resume, hurry a ticket, retry what failed, clean
 * up, and see what comes. The page, the JSON and the terminal all use these.
 *
 * Every action rests on the store's checks and claims, so it may run beside any other process, and
 * twice: the second one finds that it was done.
 *
 * @module
 */
import { errorMessage } from "../lib/error.ts";
import { oneLine, shorten } from "../lib/text.ts";
import {
  cleanup,
  cleanupPreview,
  type CleanupRequest,
} from "./actions/cleanup.ts";
import {
  ActionContext,
  type ActionsOptions,
  type Actor,
} from "./actions/context.ts";
import { ActionError, asActionError } from "./actions/errors.ts";
import { hurry } from "./actions/hurry.ts";
import { open, type OpenRequest } from "./actions/open.ts";
import { pause, type PauseRequest, resume } from "./actions/pause.ts";
import { preview } from "./actions/preview.ts";
import type {
  ActionResult,
  CleanupPreview,
  CleanupResult,
  HurryResult,
  OpenResult,
  PauseResult,
  PreviewResult,
  RetryResult,
} from "./actions/results.ts";
import { retry } from "./actions/retry.ts";

export type { ActionsOptions, Actor } from "./actions/context.ts";
export { ActionError, type ActionStatus } from "./actions/errors.ts";
export { MOST_AT_ONCE } from "./actions/open.ts";
export { LONGEST_PAUSE } from "./actions/pause.ts";
export { MOST_HOURS } from "./actions/preview.ts";
export type * from "./actions/results.ts";

/** The actions of one account. */
export class Actions {
  readonly #context: ActionContext;

  /** Does nothing until it is asked for. */
  constructor(options: ActionsOptions) {
    this.#context = new ActionContext(options);
  }

  /** What tickets can be opened about, by name. */
  async topics(): Promise<readonly string[]> {
    return (await this.#context.options.prepare()).writer.topics;
  }

  /** Opens tickets now, besides the hour's; the same token again opens nothing more. */
  async open(request: OpenRequest): Promise<OpenResult> {
    return await this.#act("open", request, () => open(this.#context, request));
  }

  /**
   * Lets all processes do nothing until a moment, or until it is resumed. Pausing again changes until
   * when.
   */
  async pause(request: PauseRequest): Promise<PauseResult> {
    return await this.#act(
      "pause",
      request,
      () => pause(this.#context, request),
    );
  }

  /** Ends a pause: what is due goes on at the next tick. */
  async resume(actor: Actor): Promise<PauseResult> {
    return await this.#act("resume", actor, () => resume(this.#context));
  }

  /**
   * Puts a failed or abandoned ticket back before the step it ended in, or all failed ones, and takes
   * the step at once unless the program is paused.
   *
   * @param name Freshdesk's id or the ticket's tag; `undefined`: all failed ones
   */
  async retry(name: string | undefined, actor: Actor): Promise<RetryResult> {
    return await this.#act("retry", actor, () => retry(this.#context, name));
  }

  /**
   * Takes a ticket's next step now.
   *
   * @param name Freshdesk's id or the ticket's tag
   * @param step which step is meant, by its number in the plan or by what the ticket waits for; a
   * ticket that has moved on is left alone
   */
  async hurry(
    name: string,
    step: number | string,
    actor: Actor,
  ): Promise<HurryResult> {
    return await this.#act(
      "hurry",
      actor,
      () => hurry(this.#context, name, step),
    );
  }

  /** What a clean-up would move to the trash, or how far the one under way is. */
  async cleanupPreview(): Promise<CleanupPreview> {
    return await answer(() => cleanupPreview(this.#context));
  }

  /** Moves the tickets of this program to Freshdesk's trash. All else is paused meanwhile. */
  async cleanup(request: CleanupRequest): Promise<CleanupResult> {
    return await this.#act(
      "cleanup",
      request,
      () => cleanup(this.#context, request),
    );
  }

  /**
   * What the next hours bring: the tickets to be opened, and the next step of those under way.
   *
   * @param hours 1 to 48
   */
  async preview(hours: number): Promise<PreviewResult> {
    return await answer(() => preview(this.#context, hours));
  }

  /** Resolves when nothing goes on behind an answer. */
  async finish(): Promise<void> {
    await this.#context.finish();
  }

  /** Acts, logs it, and turns what went wrong into an {@linkcode ActionError}. */
  async #act<T extends ActionResult>(
    name: string,
    { by }: Actor,
    action: () => Promise<T>,
  ): Promise<T> {
    const { log, options } = this.#context;
    const who = shorten(oneLine(by), 60);
    try {
      if (options.production === false) {
        throw new ActionError(
          403,
          "A preview deployment acts on nothing: use the production page",
        );
      }
      const result = await answer(action);
      log.info(`${who}: ${name}: ${result.message}`);
      return result;
    } catch (error) {
      log.warn(`${who}: ${name} refused: ${errorMessage(error)}`);
      throw error;
    }
  }
}

async function answer<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asActionError(error);
  }
}
