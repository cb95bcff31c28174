/**
 * A log that never gets in the way of what it tells of.
 *
 * @module
 */

/** The same log, but a line that cannot be written throws nothing; the console says so once. */
export function failSafe<L extends object>(log: L): L {
  let said = false;
  return new Proxy(log, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        try {
          return member.apply(target, args);
        } catch (error) {
          if (!said) console.error(`Cannot write the log: ${error}`);
          said = true;
        }
      };
    },
  });
}
