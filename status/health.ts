/**
 * Whether all is well, for monitors.
 *
 * @module
 */
import { within } from "../lib/deadline.ts";
import { jobList } from "./job_list.ts";
import type { Source } from "./source.ts";
import { type Problem, problemsOf } from "./problems.ts";

/** The database answers within this time (ms), or counts as silent. */
const LONGEST_ANSWER = 5000;

/** What is wrong, the database being silent included; nothing when all is well. */
export async function healthProblems(source: Source): Promise<Problem[]> {
  try {
    return problemsOf(source, await within(LONGEST_ANSWER, jobList(source)));
  } catch (error) {
    return [{
      what: "The database does not answer",
      why: (error as Error).message,
    }];
  }
}
