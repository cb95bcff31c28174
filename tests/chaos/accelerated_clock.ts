/**
 * The clock that all processes of a chaos run share.
 *
 * @module
 */

const performanceStart = performance.timeOrigin;
const sinceStart = performance.now.bind(performance);

/** Shortly before an hour's tickets are opened. */
const BEFORE_THE_HOUR = 3 * 60_000;

/**
 * Milliseconds since 1970, `speed` times as fast since the real moment `epoch`, at which it is a
 * little before the next full hour.
 */
export function fastNow(epoch: number, speed: number): () => number {
  const hour = 3_600_000;
  const start = Math.ceil(epoch / hour) * hour - BEFORE_THE_HOUR;
  return () => {
    const real = performanceStart + sinceStart();
    return Math.floor(start + (real - epoch) * speed);
  };
}
