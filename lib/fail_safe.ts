/**
 * A log that cannot stop the program.
 *
 * @module
 */

/** Returns the same log, except that a line that cannot be written throws nothing; the console says so once. */
export function failSafe<L extends object>(log: L): L {
  let reported = false;
  return new Proxy(log, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        try {
          return member.apply(target, args);
        } catch (error) {
          if (!reported) console.error(`Cannot write the log: ${error}`);
          reported = true;
        }
      };
    },
  });
}
