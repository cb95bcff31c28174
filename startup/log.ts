/**
 * The log: its lines, the console and the file they go to.
 *
 * @module
 */
import * as log from "@std/log";
import { errorMessage } from "../lib/error.ts";
import { oneLine } from "../lib/text.ts";
import type { Config } from "./config.ts";
import { exitWithError, NEEDS_A_PERSON } from "./exit.ts";

/** Sets up the log. Returns a function that writes all lines to the file. Exits if the file cannot be opened. */
export function setUpLog(
  { logLevel, logFormat, logFile }: Pick<
    Config,
    "logLevel" | "logFormat" | "logFile"
  >,
): () => void {
  const formatter = logFormat === "json"
    ? (record: log.LogRecord) => escapeControls(log.jsonFormatter(record))
    : textLine;
  const toConsole = new log.ConsoleHandler("DEBUG", {
    formatter,
    useColors: false,
  });
  const toFile = logFile ? new LogFile(logFile, formatter) : undefined;
  const handlers = { toConsole, ...(toFile && { toFile }) };
  const level = logLevel;
  try {
    log.setup({
      handlers,
      loggers: { default: { level, handlers: Object.keys(handlers) } },
    });
  } catch (error) {
    const code = isDiskFull(error) ? 1 : NEEDS_A_PERSON;
    exitWithError(logFileProblem(logFile ?? "", error), code);
  }
  return () => toFile?.flush();
}

/** The log file. A line that cannot be written is dropped, and the program goes on. */
class LogFile extends log.RotatingFileHandler {
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

  /** Writes buffered lines. */
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
          logFileProblem(this.#name, error)
        } Until then the log is on the console only.`,
      );
    }
  }
}

/** Formats a line for people. Nothing in it can begin a new line or command a terminal. */
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

/** Escapes all control characters in JSON: `JSON.stringify` leaves some as they are. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Says why a log file cannot be written, and what to do. */
export function logFileProblem(file: string, error: unknown): string {
  const message = errorMessage(error);
  return isDiskFull(error)
    ? `The disk is full, so nothing can be written to the log file ${file} (${message}). Free some space, or set LOG_FILE to a file on another disk.`
    : `Cannot log to ${file}: ${message}. Set LOG_FILE to a file in this folder that this user may write to.`;
}

/** Whether an error says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error &&
    /no space left|os error (28|112)\b|ENOSPC|quota exceeded/i.test(
      error.message,
    );
}
