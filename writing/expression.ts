/**
 * Amounts computed from others (`boots.price + 2 * shipping`) and what must hold between them
 * (`paid < total`).
 *
 * @module
 */

/** Looks up a number by `name` or `name.field`. */
export type Lookup = (name: string, field: string) => number;

/** A computed amount. */
export interface Expression {
  /** The facts it needs. */
  names: string[];
  /** Computes it from the facts. */
  value(lookup: Lookup): number;
}

/** A comparison that must hold. */
export interface Rule {
  /** The facts it compares. */
  names: string[];
  /** Compares them. */
  holds(lookup: Lookup): boolean;
}

type Value = (lookup: Lookup) => number;

/** Reads an amount: numbers, facts, `+ - * /` and brackets. */
export function parseExpression(text: string): Expression {
  const tokens =
    text.match(/\d+(?:\.\d+)?|[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?|\S/g) ??
      [];
  const names: string[] = [];
  let at = 0;
  const value = sum();
  if (at < tokens.length) throw unexpected();
  return { names, value };

  function sum(): Value {
    let left = product();
    while (tokens[at] === "+" || tokens[at] === "-") {
      const [a, sign] = [left, tokens[at++] === "+" ? 1 : -1];
      const b = product();
      left = (lookup) => a(lookup) + sign * b(lookup);
    }
    return left;
  }

  function product(): Value {
    let left = atom();
    while (tokens[at] === "*" || tokens[at] === "/") {
      const [a, times] = [left, tokens[at++] === "*"];
      const b = atom();
      left = (lookup) => times ? a(lookup) * b(lookup) : a(lookup) / b(lookup);
    }
    return left;
  }

  function atom(): Value {
    const token = tokens[at++] ?? "";
    if (token === "(") {
      const inner = sum();
      if (tokens[at++] !== ")") throw unexpected();
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    const [, name, field = ""] = /^([a-z]\w*)(?:\.(\w+))?$/.exec(token) ?? [];
    if (name === undefined) throw unexpected();
    names.push(name);
    return (lookup) => lookup(name, field);
  }

  function unexpected(): SyntaxError {
    return new SyntaxError(
      `cannot read '${text}'; expected an amount such as 4.95 or boots.price + shipping`,
    );
  }
}

/** Reads a rule: two amounts with `<`, `<=`, `>`, `>=`, `=` or `!=` between them. */
export function parseRule(text: string): Rule {
  const [, a = "", sign, b = ""] =
    /^(.+?)\s*(<=|>=|!=|<|>|=)\s*(.+)$/.exec(text) ?? [];
  if (sign === undefined) {
    throw new SyntaxError(
      `cannot read '${text}'; expected a rule such as paid < total`,
    );
  }
  const [left, right] = [parseExpression(a), parseExpression(b)];
  return {
    names: [...left.names, ...right.names],
    holds: (lookup) => {
      const difference = left.value(lookup) - right.value(lookup);
      switch (sign) {
        case "<":
          return difference < 0;
        case "<=":
          return difference <= 0;
        case ">":
          return difference > 0;
        case ">=":
          return difference >= 0;
        case "=":
          return difference === 0;
        default:
          return difference !== 0;
      }
    },
  };
}
