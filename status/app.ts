/**
 * The status page: what the workflow is doing, for people (`/`), for programs (`/api`) and for
 * monitors (`/healthz`), and what can be done about it (`/actions`, `/api`).
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import { MINUTE } from "../lib/time.ts";
import type { Budget } from "../freshdesk/rate_limiter.ts";
import { actionRoutes } from "./action_routes.ts";
import type { Actions } from "./actions.ts";
import { ChangeFeed } from "./change_feed.ts";
import { board, type BoardView } from "./board_view.ts";
import { jobList } from "./job_list.ts";
import { type Notices, noticesOf } from "./notices.ts";
import type { Source } from "./source.ts";
import { thread } from "./thread_view.ts";
import { listTickets, page } from "./ticket_pages.ts";
import { ALL_STAGES, type Stage } from "./ticket_view.ts";
import config from "../deno.json" with { type: "json" };
import { FLASH_SAID, readFlash } from "./flash.ts";
import { healthProblems } from "./health.ts";
import style from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { agents, FILTERS, readAhead, readFilter, search } from "./search.ts";
import { type Access, accessCheck } from "./security.ts";
import { TicketCache } from "./ticket_cache.ts";
import { boardPage } from "./views/board.tsx";
import { type Frame, plainPage } from "./views/layout.tsx";
import { threadPage } from "./views/thread.tsx";
import { agentsPage, ticketsPage } from "./views/tickets.tsx";

export type { Access } from "./security.ts";

/** What the page is made of. */
export interface StatusOptions extends
  Pick<
    Source,
    "store" | "ticketUrl" | "nextTicket" | "calendars"
  > {
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** What is left of the account's calls. */
  budget: () => Budget;
  /** When the program began (ms since 1970). */
  startedAt: number;
  /** When this process last ran a job (ms since 1970). */
  ranAt?: (job: string) => number | undefined;
  /** The account's host. Default: that of its tickets. */
  account?: string;
  /** Who may look. */
  mode: Access;
  /** Whether jobs run here at all. */
  production: boolean;
  /** Whether the program sends nothing. Default: as the latest run of a job was. */
  dryRun?: boolean;
  /** What the program found wrong when it started; null: nothing. Default: not known. */
  startProblem?: () => string | null | undefined;
  /** What can be done from here. Default: nothing. */
  actions?: Actions;
  /** Whether the page and the JSON only read. Default: false. */
  readOnly?: boolean;
  /** Whether to read all open tickets at once, so that the first who looks need not wait. Default: false. */
  readsAhead?: boolean;
  /** Hears of actions that were refused. */
  log?: { warn(message: string): unknown };
  /** Ends the streams of those who look, so that the server can stop. */
  signal?: AbortSignal;
}

/** Tickets of a stage on the board. */
const ON_BOARD = 8;
/** Tickets on a page of their own, and in an API answer unless it is asked for less or more. */
const ON_PAGE = 50;
/** The most an API answer lists. */
const MOST = 100;
/** After this many looks without news a stream sends a comment, so that no proxy ends it. */
const QUIET_LOOKS = 5;

/** Answers requests, as `Deno.serve` passes them on. `connection` says where they come from. */
export interface StatusApp {
  /** Answers a request. */
  fetch(request: Request, connection?: unknown): Response | Promise<Response>;
  /** Answers a request to a path. */
  request(
    path: string,
    init?: RequestInit,
    connection?: unknown,
  ): Response | Promise<Response>;
}

/** Makes the page and what belongs to it. */
export function statusApp(options: StatusOptions): StatusApp {
  const { store, now = Date.now, actions } = options;
  const source: Source = { ...options, now, cache: new TicketCache(store) };
  // Where the database is in trouble, the next look says so.
  if (options.readsAhead) readAhead(source).catch(() => {});
  // What time alone changes, such as ages, is drawn anew every minute.
  const stampOf = (version: string) =>
    `${version}.${Math.floor(now() / MINUTE)}`;
  const frames: Frames = {
    stampOf,
    stamp: async () => stampOf(await store.version()),
    around: async (request, notices, stamp) =>
      await frameOf(options, source, {
        request,
        notices,
        stamp: stamp ?? await frames.stamp(),
      }),
  };

  const app = new Hono();
  app.use(secureHeaders(HEADERS));
  app.get("/healthz", async (c) => {
    const problems = await healthProblems(source);
    if (problems.length === 0) return c.text("ok\n");
    // The reason quotes Freshdesk, which is not for everybody to read.
    const lines = problems.map(({ what, why }) =>
      options.mode === "open" ? `${what}. ${why}\n` : `${what}\n`
    );
    return c.text(lines.join(""), 503);
  });

  const refusal = accessCheck(options.mode, now);
  app.use(async (c, next) => refusal(c.req.raw, c.env) ?? await next());
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
    const isPage = c.res.headers.get("content-type")?.startsWith("text/html");
    if (isPage && readFlash(c.req.raw)) {
      c.header("set-cookie", FLASH_SAID, { append: true });
    }
  });

  if (actions) {
    const frame = frames.around;
    const act = actionRoutes({ ...options, now, actions, frame });
    app.use(async (c, next) => await act(c.req.raw) ?? await next());
  }
  addPages(app, source, frames);
  addEvents(app, source, frames, options.signal);
  addApi(app, source);
  app.notFound(async (c) =>
    isApi(c)
      ? c.json({ error: `There is no ${c.req.path}` }, 404)
      : notFound(c, await frames.around(c.req.raw))
  );
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    const wrongCursor = c.req.query("cursor") && error instanceof TypeError;
    const [message, status] = wrongCursor
      ? ["cursor must be one that an answer gave", 400 as const]
      : [`This cannot be shown: ${error.message}`, 500 as const];
    return isApi(c)
      ? c.json({ error: message }, status)
      : c.text(`${message}\n`, status);
  });
  return app;
}

/** What is around a page, and its stamp: what it shows changes only with the stamp. */
interface Frames {
  /** The stamp of a version of the store. */
  stampOf: (version: string) => string;
  /** The stamp of now. */
  stamp: () => Promise<string>;
  /** What is around the page that a request asks for. */
  around: (
    request: Request,
    notices?: Notices,
    stamp?: string,
  ) => Promise<Frame>;
}

const HEADERS: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["data:"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
  },
  xFrameOptions: "DENY",
  // Without a referrer a browser does not say which page a form comes from.
  referrerPolicy: "same-origin",
  // Whether this host takes TLS only is not for this page to decide.
  strictTransportSecurity: false,
};

async function frameOf(
  { actions, production, readOnly, account, ticketUrl, budget }: StatusOptions,
  source: Source,
  { request, notices, stamp }: {
    request: Request;
    notices: Notices | undefined;
    stamp: string;
  },
): Promise<Frame> {
  const canAct = actions !== undefined && production && !readOnly;
  // Where the desk cannot be read, the page says so elsewhere.
  const topics = async () => await actions?.topics().catch(() => []) ?? [];
  return {
    ...notices ?? await noticesOf(source, await jobList(source)),
    account: account ?? new URL(ticketUrl(1)).host,
    version: config.version,
    production,
    budget: budget(),
    stamp,
    at: new Date(source.now()).toISOString(),
    forms: {
      canAct,
      token: crypto.randomUUID(),
      topics: canAct ? await topics() : [],
      from: new URL(request.url).pathname,
    },
    flash: readFlash(request),
  };
}

/** The pages, what they look like, and what keeps them up to date. */
function addPages(app: Hono, source: Source, { stamp, around }: Frames): void {
  // Read once for all who look, until something changes.
  let shown: { stamp: string; facts: Promise<BoardView> } | undefined;
  const boardAt = async (stamp: string) => {
    if (shown?.stamp !== stamp) {
      shown = { stamp, facts: board(source, ON_BOARD) };
    }
    try {
      return await shown.facts;
    } catch (error) {
      shown = undefined;
      throw error;
    }
  };

  app.get("/", async (c) => {
    const current = await stamp();
    const view = await boardAt(current);
    return c.html(boardPage(view, await around(c.req.raw, view, current)));
  });

  app.get("/tickets", async (c) => {
    const filter = readFilter(c.req.query());
    const frame = await around(c.req.raw);
    if (typeof filter === "string") {
      const text = `Cannot search: ${filter}.`;
      return c.html(plainPage("Not a search", text, frame), 400);
    }
    const from = Math.floor(Number(c.req.query("from") ?? 0)) || 0;
    const start = Math.min(Math.max(0, from), 1_000_000);
    const view = await search(source, filter, ON_PAGE, start);
    return c.html(ticketsPage(view, filter, start, ON_PAGE, frame));
  });

  app.get("/agents", async (c) => {
    const frame = await around(c.req.raw);
    return c.html(agentsPage(await agents(source), frame));
  });

  app.get("/tickets/:name", async (c) => {
    const frame = await around(c.req.raw);
    const view = await thread(source, c.req.param("name"));
    return view ? c.html(threadPage(view, frame)) : notFound(c, frame);
  });

  app.get("/page.css", (c) => c.body(style, 200, { "content-type": CSS }));
  app.get("/page.js", (c) => c.body(script, 200, { "content-type": JS }));
}

/** Tells the pages that are open what has changed. */
function addEvents(
  app: Hono,
  { store }: Source,
  { stamp, stampOf }: Frames,
  signal: AbortSignal | undefined,
): void {
  const changes = new ChangeFeed({ ask: () => store.version() });
  app.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      const over = Promise.withResolvers<void>();
      const end = () => over.resolve();
      let known = await stamp();
      let quiet = 0;
      const leave = changes.subscribe((asked) => {
        const current = stampOf(asked);
        if (current !== known) {
          known = current;
          stream.writeSSE({ event: "stamp", data: current });
        } else if (++quiet % QUIET_LOOKS === 0) {
          stream.write(": nothing new\n\n");
        }
      });
      stream.onAbort(end);
      signal?.addEventListener("abort", end);
      if (signal?.aborted) end();
      await stream.writeSSE({ event: "stamp", data: known });
      await over.promise;
      leave();
      signal?.removeEventListener("abort", end);
    }));
}

/** The tickets and the jobs as JSON. */
function addApi(app: Hono, source: Source): void {
  app.get("/api/tickets", async (c) => {
    const query = c.req.query();
    const { stage, cursor, limit = String(ON_PAGE) } = query;
    if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST) {
      const error = `limit '${limit}' must be a whole number from 1 to ${MOST}`;
      return c.json({ error }, 400);
    }
    if (FILTERS.some((name) => query[name])) {
      const filter = readFilter(query);
      if (typeof filter === "string") return c.json({ error: filter }, 400);
      const { count, tickets, searched } = await search(
        source,
        filter,
        Number(limit),
      );
      return c.json({ count, tickets, searched });
    }
    if (stage === undefined) {
      return c.json(await listTickets(source, Number(limit), cursor));
    }
    if (!isStage(stage)) {
      const error = `stage '${stage}' must be one of ${ALL_STAGES.join(", ")}`;
      return c.json({ error }, 400);
    }
    return c.json(await page(source, stage, Number(limit), cursor));
  });

  app.get("/api/tickets/:name", async (c) => {
    const name = c.req.param("name");
    const facts = await thread(source, name);
    return facts
      ? c.json(facts)
      : c.json({ error: `There is no ticket ${name}` }, 404);
  });

  app.get("/api/jobs", async (c) => {
    const jobs = await jobList(source);
    return c.json({ jobs, ...await noticesOf(source, jobs) });
  });
}

const CSS = "text/css; charset=utf-8";
const JS = "text/javascript; charset=utf-8";

function notFound(c: Context, around: Frame): Response | Promise<Response> {
  const page = plainPage(
    "Not here",
    "There is no such ticket or page. A finished ticket is forgotten after some time (HISTORY_DAYS).",
    around,
  );
  return c.html(page, 404);
}

function isStage(text: string): text is Stage {
  return (ALL_STAGES as readonly string[]).includes(text);
}

function isApi(c: Context): boolean {
  return c.req.path.startsWith("/api/");
}
