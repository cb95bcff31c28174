/**
 * The lines of the log and its file.
 *
 * @module
 */
import * as log from "@std/log";
import { oneLine } from "./text.ts";

/** A line for people. What would begin a new line, or command a terminal, cannot. */
export function textLine(record: log.LogRecord): string {
  const { datetime, levelName, msg } = record;
  const time = datetime.toISOString().slice(0, 19).replace("T", " ");
  const text = msg.split("\n").map(oneLine).join("\n    ");
  return `${time} ${levelName.padEnd(5)} ${text}`;
}

/** A line for machines. JSON escapes most control characters, and leaves these. */
export function jsonLine(record: log.LogRecord): string {
  return log.jsonFormatter(record).replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The log file. A line that cannot be written is left out, and the program goes on. */
export class LogFile extends log.RotatingFileHandler {
  readonly #name: string;
  #failed = false;

  /** Keeps five older files of 1 MB. */
  constructor(filename: string, formatter: (record: log.LogRecord) => string) {
    super("DEBUG", {
      filename,
      maxBytes: 1_000_000,
      maxBackupCount: 5,
      formatter,
    });
    this.#name = filename;
  }

  /** Writes one line. */
  override log(line: string): void {
    this.#attempt(() => super.log(line));
  }

  /** Writes what is still to be written. */
  override flush(): void {
    this.#attempt(() => super.flush());
  }

  /** Says on the console, once, that the file cannot be written. */
  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      console.error(
        `${
          whyNoLog(this.#name, error)
        } Until then the log is on the console only.`,
      );
    }
  }
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
