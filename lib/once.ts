/**
 * Work that is done once, when it is first needed.
 *
 * @module
 */

/** Returns a function that calls `make` once and gives its result from then on; a failed call is made again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => {
    try {
      return await (made ??= make());
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}
