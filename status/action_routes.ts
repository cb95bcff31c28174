/**
 * The actions over HTTP: as JSON for programs (`/api/...`), and for the forms of the page
 * (`/actions/...`), which lead back to the page with what was done.
 *
 * @module
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import { MINUTE } from "../lib/time.ts";
import { ActionError, type ActionResult, type Actions } from "./actions.ts";
import { type Flash, flashCookie } from "./flash.ts";
import { type Access, findStranger, userOf } from "./security.ts";
import { cleanupPage } from "./views/cleanup.tsx";
import { confirmPage } from "./views/confirm.tsx";
import { type Frame, plainPage } from "./views/layout.tsx";
import type { Html } from "./views/parts.tsx";
import { upcomingPage } from "./views/upcoming.tsx";

/** What the routes are made of. */
export interface ActionRoutesOptions {
  /** What they do. */
  actions: Actions;
  /** Who may look. */
  mode: Access;
  /** Whether page and JSON only read. Default: false. */
  readOnly?: boolean;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** What is around a page. */
  frame: (request: Request) => Promise<Frame>;
  /** Hears of requests that were refused. */
  log?: { warn(message: string): unknown };
}

/** Values of a request, from JSON or from a form. */
type Values = Record<string, unknown>;
type Act = (values: Values, by: string) => Promise<ActionResult>;

/** No action has this much to say. */
const MAX_BODY = 16 * 1024;
const NO_FORM =
  "Only the status page itself may send a form; programs send JSON, with content-type application/json";
const READ_ONLY =
  "This page only reads, as READ_ONLY is set. In the terminal: deno task open, pause, resume, hurry, retry, cleanup";

/**
 * The routes of the actions. They go below the check of who may look, and check themselves where a
 * request comes from. The result is `undefined` for a request that is for no action.
 */
export function actionRoutes(
  options: ActionRoutesOptions,
): (request: Request) => Promise<Response | undefined> {
  const { actions, mode, readOnly = false, now = Date.now, frame } = options;
  const app: ActionApp = new Hono();
  const sameOrigin = requireSameOrigin(mode, (why, c) => {
    options.log?.warn(`${c.req.method} ${c.req.path} refused: ${why}`);
    return refuse(c, 403, why);
  });
  const unlessReadOnly: MiddlewareHandler = async (c, next) =>
    readOnly ? refuse(c, 403, READ_ONLY) : await next();
  const limited = bodyLimit({
    maxSize: MAX_BODY,
    onError: (c) => refuse(c, 413, `More than ${MAX_BODY / 1024} KB were sent`),
  });
  const writes = [sameOrigin, unlessReadOnly, limited] as const;

  addLooks(app, actions, { frame, sameOrigin, unlessReadOnly });
  for (const [name, act] of Object.entries(actsOf(actions, now))) {
    addAct(app, name, act, { frame, guards: writes });
  }

  app.onError((error, c) => {
    if (error instanceof ActionError) {
      const { message, status, needsConfirm } = error;
      return c.json({
        error: message,
        ...(needsConfirm && { confirm: true }),
      }, status);
    }
    if (error instanceof HTTPException) {
      return refuse(c, 403, NO_FORM);
    }
    return refuse(c, 503, `It could not be done: ${error.message}`);
  });
  app.notFound((c) => {
    c.env.isAction = false;
    return c.body(null, 404);
  });
  return async (request) => {
    const env = { isAction: true };
    const response = await app.fetch(request, env);
    return env.isAction ? response : undefined;
  };
}

type ActionApp = Hono<{ Bindings: { isAction: boolean } }>;

/** What comes, and what a clean-up would do: as JSON and as pages. */
function addLooks(
  app: ActionApp,
  actions: Actions,
  { frame, sameOrigin, unlessReadOnly }:
    & Pick<ActionRoutesOptions, "frame">
    & Record<"sameOrigin" | "unlessReadOnly", MiddlewareHandler>,
): void {
  app.get("/api/preview", sameOrigin, async (c) => {
    const { hours = "24" } = c.req.query();
    return c.json(await actions.preview(wholeNumber(hours)));
  });
  app.get(
    "/api/cleanup",
    sameOrigin,
    unlessReadOnly,
    async (c) => c.json(await actions.cleanupPreview()),
  );
  // A page is shown, or why it cannot be.
  const shown = async (
    c: Context,
    title: string,
    make: (frame: Frame) => Promise<Html>,
  ) => {
    const around = await frame(c.req.raw);
    try {
      return c.html(await make(around));
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      const { message, status } = error;
      return c.html(plainPage(title, `${message}.`, around), status);
    }
  };
  app.get("/upcoming", sameOrigin, async (c) => {
    const { hours = "12" } = c.req.query();
    return await shown(
      c,
      "Coming up",
      async (around) =>
        upcomingPage(await actions.preview(wholeNumber(hours)), around),
    );
  });
  app.get("/cleanup", sameOrigin, unlessReadOnly, async (c) =>
    await shown(
      c,
      "Clean up",
      async (around) => cleanupPage(await actions.cleanupPreview(), around),
    ));
}

/** An action, as JSON and as a form of the page. */
function addAct(
  app: ActionApp,
  name: string,
  act: Act,
  { frame, guards }: Pick<ActionRoutesOptions, "frame"> & {
    guards: readonly [MiddlewareHandler, MiddlewareHandler, MiddlewareHandler];
  },
): void {
  app.post(`/api/${name}`, ...guards, async (c) => {
    const values = await readJson(c);
    const by = text(values.by) ?? userOf(c.req.raw) ?? "the JSON API";
    return c.json(await act(values, by));
  });
  app.post(`/actions/${name}`, ...guards, async (c) => {
    const values = await readForm(c);
    const by = userOf(c.req.raw) ?? "somebody on the status page";
    try {
      const { message } = await act(values, by);
      return back(c, values, { message, isError: false });
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      if (error.needsConfirm) {
        const question = {
          question: `${error.message}.`,
          action: `/actions/${name}`,
          fields: { ...values, confirm: "true" },
          back: pathOf(values.from),
        };
        return c.html(confirmPage(question, await frame(c.req.raw)), 409);
      }
      const flash = { message: error.message, isError: true };
      return back(c, values, flash);
    }
  });
  const wrongMethod = (c: Context) => {
    c.header("allow", "POST");
    return refuse(c, 405, `${c.req.path} takes POST alone`);
  };
  app.all(`/actions/${name}`, wrongMethod);
  if (name !== "cleanup") app.all(`/api/${name}`, wrongMethod);
}

/**
 * Lets through only what may act: the same origin, by everything that a browser says. It goes after
 * the check of who may look.
 *
 * @param refused called with why, for each request that may not
 */
function requireSameOrigin(
  mode: Access,
  refused: (why: string, c: Context) => Response | Promise<Response>,
): MiddlewareHandler {
  const find = (c: Context) =>
    findStranger(mode, {
      method: c.req.method,
      url: c.req.url,
      header: (name) => c.req.header(name),
    });
  // Forms that no browser vouches for are not let through either.
  const forms = csrf({ origin: (_origin, c) => find(c) === undefined });
  return async (c, next) => {
    const why = find(c);
    if (why !== undefined) return await refused(why, c);
    return await forms(c, next);
  };
}

/** The actions, as both kinds of request call them. */
function actsOf(actions: Actions, now: () => number): Record<string, Act> {
  return {
    open: (values, by) =>
      actions.open({
        count: wholeNumber(values.count),
        topic: text(values.topic),
        token: text(values.token) ?? "",
        confirm: values.confirm === true || values.confirm === "true",
        by,
      }),
    pause: ({ minutes }, by) =>
      actions.pause({
        until: isMissing(minutes)
          ? null
          : now() + wholeNumber(minutes) * MINUTE,
        by,
      }),
    resume: (_, by) => actions.resume({ by }),
    retry: ({ ticket }, by) => actions.retry(text(ticket), { by }),
    hurry: ({ ticket, step }, by) =>
      actions.hurry(text(ticket) ?? "", text(step) ?? "", { by }),
    cleanup: ({ confirm }, by) =>
      actions.cleanup({ confirm: text(confirm) ?? "", by }),
  };
}

async function readJson(c: Context): Promise<Values> {
  const type = c.req.header("content-type") ?? "";
  const body = await c.req.text();
  // What needs no body may come without one; a page elsewhere cannot send this type unasked.
  if (!/^application\/json\b/i.test(type)) {
    throw new ActionError(
      400,
      "Send a JSON body, with content-type application/json",
    );
  }
  let values: unknown;
  try {
    values = body.trim() === "" ? {} : JSON.parse(body);
  } catch {
    throw new ActionError(400, "The body is not valid JSON");
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new ActionError(400, 'Expected an object, such as {"count":1}');
  }
  return { ...values };
}

async function readForm(c: Context): Promise<Record<string, string>> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    throw new ActionError(400, "Expected a form of the status page");
  }
  return Object.fromEntries(new URLSearchParams(await c.req.text()));
}

/** A whole number; NaN for what is none, which every action refuses with the value named. */
function wholeNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return /^\d{1,9}$/.test(text(value) ?? "") ? Number(value) : NaN;
}

/** A text; `undefined` where it is missing or empty. */
function text(value: unknown): string | undefined {
  if (isMissing(value)) return undefined;
  if (typeof value === "string") return value.trim();
  if (typeof value === "number") return String(value);
  throw new ActionError(400, "Expected texts and numbers alone");
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null ||
    typeof value === "string" && value.trim() === "";
}

/** Leads back to the page that the form was on, which says what was done. */
function back(c: Context, { from }: Values, flash: Flash): Response {
  c.header("set-cookie", flashCookie(flash));
  return c.redirect(pathOf(from), 303);
}

/** A path of our own pages: nothing else is led to. */
function pathOf(from: unknown): string {
  if (typeof from !== "string" || !/^\/[\w/?=&.-]*$/.test(from)) return "/";
  return from.startsWith("//") || from.startsWith("/actions") ? "/" : from;
}

function refuse(
  c: Context,
  status: 400 | 403 | 405 | 413 | 503,
  why: string,
): Response {
  return c.req.path.startsWith("/api/")
    ? c.json({ error: why }, status)
    : c.text(`${why}.\n`, status);
}
