/**
 * A limit to how long something may take.
 *
 * @module
 */

/** What a promise gives; rejects when it has not settled after so many milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`nothing was heard for ${ms / 1000} seconds`)),
    ms,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
