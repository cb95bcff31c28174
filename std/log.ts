/**
 * Stands in for `@std/log` where JSR cannot be reached.
 *
 * @module
 */

const LEVELS = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** A level by its name. */
export type LevelName = keyof typeof LEVELS;

/** One line to be logged. */
export class LogRecord {
  /** What was said. */
  readonly msg: string;
  /** What was given besides the message. */
  readonly args: unknown[];
  /** When. */
  readonly datetime: Date = new Date();
  /** Its level as a number. */
  readonly level: number;
  /** Its level by name. */
  readonly levelName: LevelName;
  /** The logger it came from. */
  readonly loggerName: string;

  /** Takes note of the time. */
  constructor(options: {
    msg: string;
    args: unknown[];
    level: number;
    loggerName: string;
  }) {
    this.msg = options.msg;
    this.args = [...options.args];
    this.level = options.level;
    this.loggerName = options.loggerName;
    this.levelName = (Object.keys(LEVELS) as LevelName[])
      .find((name) => LEVELS[name] === options.level) ?? "NOTSET";
  }
}

/** Makes a line of a record. */
export type FormatterFunction = (record: LogRecord) => string;

/** One JSON object a line. */
export function jsonFormatter(record: LogRecord): string {
  return JSON.stringify({
    level: record.levelName,
    datetime: record.datetime.getTime(),
    message: record.msg,
    args: record.args.length > 1 ? record.args : record.args[0],
  });
}

abstract class BaseHandler {
  readonly #level: number;
  readonly #formatter: FormatterFunction;

  constructor(
    levelName: LevelName,
    options: { formatter?: FormatterFunction },
  ) {
    this.#level = LEVELS[levelName];
    this.#formatter = options.formatter ??
      ((record) => `${record.levelName} ${record.msg}`);
  }

  handle(record: LogRecord): void {
    if (record.level >= this.#level) this.log(this.#formatter(record));
  }

  abstract log(line: string): void;
  setup(): void {}
}

/** Writes to the console. */
export class ConsoleHandler extends BaseHandler {
  /** Colors are not offered here: `useColors` is taken and left alone. */
  constructor(
    levelName: LevelName,
    options: { formatter?: FormatterFunction; useColors?: boolean } = {},
  ) {
    super(levelName, options);
  }

  /** Writes one line. */
  override log(line: string): void {
    console.log(line);
  }
}

/** Writes to a file, and starts a new one when it is full. */
export class RotatingFileHandler extends BaseHandler {
  readonly #options: {
    filename: string;
    maxBytes: number;
    maxBackupCount: number;
  };
  #file: Deno.FsFile | undefined;
  #size = 0;

  /** Appends to `filename`; keeps `maxBackupCount` older files (`.1` the newest) of `maxBytes`. */
  constructor(levelName: LevelName, options: {
    filename: string;
    maxBytes: number;
    maxBackupCount: number;
    formatter?: FormatterFunction;
  }) {
    super(levelName, options);
    this.#options = options;
  }

  /** Opens the file. */
  override setup(): void {
    const { filename } = this.#options;
    this.#file = Deno.openSync(filename, { create: true, append: true });
    this.#size = this.#file.statSync().size;
  }

  /** Writes one line. */
  override log(line: string): void {
    const bytes = new TextEncoder().encode(line + "\n");
    if (this.#size + bytes.length > this.#options.maxBytes) this.#rotate();
    this.#file?.writeSync(bytes);
    this.#size += bytes.length;
  }

  /** Lines are written at once; there is nothing to wait for. */
  flush(): void {}

  #rotate(): void {
    const { filename, maxBackupCount } = this.#options;
    this.#file?.close();
    for (let n = maxBackupCount; n > 0; n--) {
      const from = n === 1 ? filename : `${filename}.${n - 1}`;
      try {
        Deno.renameSync(from, `${filename}.${n}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    this.setup();
  }
}

/** Takes what a program says to its handlers. */
export class Logger {
  readonly #name: string;
  readonly #level: number;
  readonly #handlers: BaseHandler[];

  /** Made by {@link setup}. */
  constructor(name: string, levelName: LevelName, handlers: BaseHandler[]) {
    this.#name = name;
    this.#level = LEVELS[levelName];
    this.#handlers = handlers;
  }

  /** For the developer. */
  debug = (msg: string, ...args: unknown[]): string => this.#log(10, msg, args);
  /** For the reader of the log. */
  info = (msg: string, ...args: unknown[]): string => this.#log(20, msg, args);
  /** Something to look at. */
  warn = (msg: string, ...args: unknown[]): string => this.#log(30, msg, args);
  /** Something went wrong. */
  error = (msg: string, ...args: unknown[]): string => this.#log(40, msg, args);
  /** It cannot go on. */
  critical = (msg: string, ...args: unknown[]): string =>
    this.#log(50, msg, args);

  #log(level: number, msg: string, args: unknown[]): string {
    if (level >= this.#level) {
      const record = new LogRecord({
        msg,
        args,
        level,
        loggerName: this.#name,
      });
      for (const handler of this.#handlers) handler.handle(record);
    }
    return msg;
  }
}

const loggers = new Map<string, Logger>();

/** Sets the handlers and loggers up. */
export function setup(config: {
  handlers: Record<string, BaseHandler>;
  loggers: Record<string, { level: LevelName; handlers: string[] }>;
}): void {
  loggers.clear();
  for (const handler of Object.values(config.handlers)) handler.setup();
  for (const [name, { level, handlers }] of Object.entries(config.loggers)) {
    const known = handlers.flatMap((key) => config.handlers[key] ?? []);
    loggers.set(name, new Logger(name, level, known));
  }
}

/** The logger of that name; one not set up says nothing. */
export function getLogger(name = "default"): Logger {
  return loggers.get(name) ?? new Logger(name, "NOTSET", []);
}
