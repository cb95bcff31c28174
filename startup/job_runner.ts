/**
 * Runs the jobs of main.ts and records how they went.
 *
 * @module
 */
import type { Freshdesk } from "../freshdesk.ts";
import { errorMessage } from "../lib/error.ts";
import { hintFor } from "../workflow/failures.ts";
import { isIdle, type Report } from "../workflow/report.ts";
import { type Interval, isHeartbeat, JOBS } from "../workflow/schedule.ts";
import type { Log } from "../workflow/step.ts";
import type { Store } from "../workflow/store.ts";
import type { Workflow } from "../workflow.ts";

/** Options of a {@linkcode JobRunner}. */
export interface JobRunnerOptions {
  /** What the jobs do. */
  workflow: Pick<Workflow, "createAndHandleTicket" | "tick">;
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

/** Runs jobs. None rejects: errors are logged and recorded, and the next tick goes on. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #ranAt = new Map<string, number>();
  /** Jobs whose last recorded run was in trouble. */
  readonly #troubled = new Set<string>();
  #recordedCalls = 0;

  /** Runs nothing yet. */
  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Opens the hour's tickets. */
  async openTickets(): Promise<void> {
    const { workflow } = this.#options;
    await this.#run(60, () => workflow.createAndHandleTicket());
  }

  /** Takes the steps of the job that runs every `every` minutes. */
  async tick(every: Interval): Promise<void> {
    await this.#run(every, () => this.#options.workflow.tick(every));
  }

  async #run(minutes: number, job: () => Promise<Report>): Promise<void> {
    const { isActive, log, onDone } = this.#options;
    if (!isActive()) return;
    const { name } = JOBS.find(({ every }) => every === minutes)!;
    const run = this.#runAndRecord(name, job).catch((error) => {
      log.error(`Cannot record job "${name}": ${errorMessage(error)}`);
      return null;
    }).then(onDone);
    this.#running.add(run);
    await run;
    this.#running.delete(run);
  }

  /** When a job last ran in this process (ms since 1970). */
  ranAt(name: string): number | undefined {
    return this.#ranAt.get(name);
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
    this.#ranAt.set(name, at);
    // Idle runs are recorded by the clock, and once after trouble, which ends so.
    const isQuiet = report !== null && isIdle(report) && !isHeartbeat(at);
    const wasTroubled = this.#troubled.delete(name);
    if (error || report?.refused) this.#troubled.add(name);
    if (isQuiet && !wasTroubled) return report;
    const calls = freshdesk.requestCount - this.#recordedCalls;
    this.#recordedCalls += calls;
    const took = Date.now() - at;
    await store.recordJobRun(name, { at, took, report, error }, calls);
    return report;
  }
}
