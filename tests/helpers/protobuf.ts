/**
 * Protocol buffers, as far as KV Connect needs them: messages of varints, bytes and messages.
 *
 * @module
 */

/** A field's number and what it holds: a varint, or bytes (a message is bytes, too). */
export type Field = [number: number, value: number | Uint8Array];

/** A message that was read. */
export interface Message {
  /** A varint; 0 when it is missing. */
  number(field: number): number;
  /** Bytes; none when they are missing. */
  bytes(field: number): Uint8Array;
  /** All bytes of a repeated field. */
  all(field: number): Uint8Array[];
}

/** Reads a message; throws a `RangeError` when it ends too early. */
export function read(message: Uint8Array): Message {
  const fields = Map.groupBy(parse(message), ([number]) => number);
  const last = (field: number) => fields.get(field)?.at(-1)?.[1];
  return {
    number(field) {
      const value = last(field) ?? 0;
      return typeof value === "number" ? value : 0;
    },
    bytes(field) {
      const value = last(field) ?? 0;
      return typeof value === "number" ? new Uint8Array() : value;
    },
    all(field) {
      return (fields.get(field) ?? []).map(([, value]) => value)
        .filter((value) => value instanceof Uint8Array);
    },
  };
}

/** Writes a message. */
export function write(...fields: Field[]): Uint8Array {
  const parts = fields.flatMap(([number, value]) =>
    typeof value === "number"
      ? [varint(number * 8), varint(value)]
      : [varint(number * 8 + 2), varint(value.length), value]
  );
  const message = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

function parse(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const next = () => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError("The message is cut off");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = next();
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) fields.push([number, next()]);
    else if (type === 2) {
      const length = next();
      fields.push([number, message.subarray(at, at += length)]);
    } else throw new RangeError(`Wire type ${type} is not known`);
  }
  return fields;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) {
    bytes.push(value % 128 + 128);
  }
  bytes.push(value);
  return Uint8Array.from(bytes);
}
