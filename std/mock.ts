// deno-lint-ignore-file no-explicit-any -- as in @std/testing itself: any function can be stubbed
/**
 * Stands in for `@std/testing/mock` where JSR cannot be reached.
 *
 * @module
 */
import { assertEquals } from "./assert.ts";

/** One call of a spied function. */
export interface SpyCall {
  /** With what it was called. */
  args: any[];
  /** What it gave back. */
  returned?: any;
  /** What it threw. */
  error?: Error;
}

/** A function that takes note of its calls. */
export interface Spy {
  /** The function itself. */
  (...args: any[]): any;
  /** Its calls, in order. */
  calls: SpyCall[];
  /** Puts the original back. */
  restore(): void;
  /** The same, at the end of a `using` block. */
  [Symbol.dispose](): void;
}

/** A method replaced. */
export type Stub = Spy;

/** A function that does what `func` does, and takes note. */
export function spy(func: (...args: any[]) => any = () => {}): Spy {
  const calls: SpyCall[] = [];
  const noted = function (this: unknown, ...args: any[]) {
    const call: SpyCall = { args };
    calls.push(call);
    try {
      return call.returned = func.apply(this, args);
    } catch (error) {
      call.error = error as Error;
      throw error;
    }
  };
  return Object.assign(noted, {
    calls,
    restore() {},
    [Symbol.dispose]() {
      this.restore();
    },
  });
}

/** Replaces a method of an object until it is restored. */
export function stub<Self extends object, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  func?: (...args: any[]) => any,
): Stub {
  const before = Object.getOwnPropertyDescriptor(self, property);
  const value = spy(func);
  value.restore = () => {
    if (before) Object.defineProperty(self, property, before);
    else delete self[property];
  };
  Object.defineProperty(self, property, {
    value,
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
  });
  return value;
}

/** Asserts the number of calls. */
export function assertSpyCalls(spied: Spy, expected: number): void {
  assertEquals(spied.calls.length, expected, "number of calls of the spy");
}
