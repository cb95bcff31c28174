/**
 * The clock that all processes of a chaos run share.
 *
 * @module
 */
import { HOUR, MINUTE } from "../../lib/time.ts";

const performanceStart = performance.timeOrigin;
const sinceStart = performance.now.bind(performance);

/** Shortly before an hour's tickets are opened. */
const BEFORE_THE_HOUR = 3 * MINUTE;

/**
 * Returns a clock in milliseconds since 1970 that runs `speed` times as fast since the real moment
 * `epoch`, when it shows a little before the next full hour.
 */
export function acceleratedClock(epoch: number, speed: number): () => number {
  const start = Math.ceil(epoch / HOUR) * HOUR - BEFORE_THE_HOUR;
  return () => {
    const real = performanceStart + sinceStart();
    return Math.floor(start + (real - epoch) * speed);
  };
}
