/**
 * What the lines of the log look like, and why they cannot be written.
 *
 * @module
 */
import { oneLine } from "../lib/text.ts";

/** A line for people. What would begin a new line, or command a terminal, cannot. */
export function textLine(
  { datetime, levelName, msg }: {
    datetime: Date;
    levelName: string;
    msg: string;
  },
): string {
  const time = datetime.toISOString().slice(0, 19).replace("T", " ");
  const text = msg.split("\n").map(oneLine).join("\n    ");
  return `${time} ${levelName.padEnd(5)} ${text}`;
}

/** JSON with all control characters escaped: `JSON.stringify` leaves some as they are. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Why a log file cannot be written, and what to do. */
export function whyNoLog(file: string, error: unknown): string {
  const { message } = error as Error;
  return isDiskFull(error)
    ? `The disk is full, so nothing can be written to the log file ${file} (${message}). Free some space, or set LOG_FILE to a file on another disk.`
    : `Cannot log to ${file}: ${message}. Set LOG_FILE to a file in this folder that this user may write to.`;
}

/** Whether there is no room left to write. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error &&
    /no space left|os error (28|112)\b|ENOSPC|quota exceeded/i.test(
      error.message,
    );
}
