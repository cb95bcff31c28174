/**
 * The clock that all processes of a chaos run share.
 *
 * @module
 */

const performanceStart = performance.timeOrigin;

/** Milliseconds since 1970, `speed` times as fast since the real moment `epoch`. */
export function fastNow(epoch: number, speed: number): () => number {
  return () => {
    const real = performanceStart + performance.now();
    return Math.floor(epoch + (real - epoch) * speed);
  };
}
