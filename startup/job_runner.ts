/**
 * Runs the jobs of main.ts and records how they went.
 *
 * @module
 */
import type { Freshdesk } from "../freshdesk.ts";
import { errorMessage } from "../lib/error.ts";
import { hintFor, type Report } from "../workflow.ts";
import type { Log } from "../workflow/steps.ts";
import type { Store } from "../workflow/store.ts";

/** Options of a {@linkcode JobRunner}. */
export interface JobRunnerOptions {
  /** Where jobs are recorded. */
  store: Store;
  /** Counts the calls of each job. */
  freshdesk: Freshdesk;
  /** Whether jobs may run; asked before each. */
  isActive: () => boolean;
  /** Called after each job; `report` is `null` if it failed. */
  onDone: (report: Report | null) => void;
  /** Logs errors, and at level DEBUG what each job did. */
  log: Pick<Log, "error"> & {
    /** Logs a line at level DEBUG. */
    debug(message: string, ...args: unknown[]): unknown;
  };
}

/** Runs jobs. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #running = new Set<Promise<void>>();
  #recordedCalls = 0;

  /** Runs nothing yet. */
  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Runs a job. Never rejects: errors are logged and recorded, and the next tick goes on. */
  async run(name: string, job: () => Promise<Report>): Promise<void> {
    const { isActive, log, onDone } = this.#options;
    if (!isActive()) return;
    const run = this.#runAndRecord(name, job).catch((error) => {
      log.error(`Cannot record job "${name}": ${errorMessage(error)}`);
      return null;
    }).then(onDone);
    this.#running.add(run);
    await run;
    this.#running.delete(run);
  }

  /** Resolves when no job is running. */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #runAndRecord(
    name: string,
    job: () => Promise<Report>,
  ): Promise<Report | null> {
    const { store, freshdesk, log } = this.#options;
    const at = Date.now();
    let report: Report | null = null;
    let error: string | null = null;
    try {
      report = await job();
      log.debug(`Job "${name}" is done`, report);
    } catch (cause) {
      error = `${errorMessage(cause)}. ${hintFor(cause)}`;
      log.error(`Job "${name}": ${error}`);
    }
    const calls = freshdesk.requestCount - this.#recordedCalls;
    this.#recordedCalls += calls;
    const took = Date.now() - at;
    await store.recordJobRun(name, { at, took, report, error }, calls);
    return report;
  }
}
