/**
 * `deno task chaos`: the proof of the promise. The sandbox and the real program run as separate
 * processes. The program is killed (-9) and restarted, or runs twice at once, and many responses are lost,
 * late, broken or errors; some tickets get nothing but errors. Then the faults end: waiting tickets go on
 * by themselves, failed ones are retried as `deno task retry` does, and the tickets in Freshdesk are
 * compared with those in the store.
 *
 * @module
 */
import { exitWithUsage, readArguments } from "../../startup/arguments.ts";
import { pick, seededRandom } from "../../lib/random.ts";
import { sleep } from "../../lib/sleep.ts";
import { HOUR } from "../../lib/time.ts";
import { type Fault, Sandbox } from "../../sandbox/sandbox.ts";
import { listen } from "../../sandbox/server.ts";
import { PACES } from "../../workflow/plan.ts";
import { LABELS } from "../../workflow/schedule.ts";
import { Store } from "../../workflow/store.ts";
import { FINAL_STATES } from "../../workflow/ticket.ts";
import { audit, type Verdict } from "./audit.ts";
import { acceleratedClock } from "./accelerated_clock.ts";

const COMMAND = {
  name: "chaos",
  summary:
    `Kills the program again and again and breaks responses, then compares Freshdesk
with the store. Exits with 1 if anything was lost, duplicated or out of order.`,
  options: {
    rounds: {
      about: "how often to kill a program",
      value: "N",
      default: "250",
    },
    seed: {
      about: "repeats the same kills and faults",
      value: "N",
      default: "1",
    },
    faults: {
      about: "share of faulty responses (0 to 1)",
      value: "X",
      default: "0.35",
    },
    pace: { about: `${PACES.join(", ")}`, value: "PACE", default: "classic" },
    desk: {
      about: "whose tickets are opened",
      value: "DESK",
      default: "classic",
    },
    tickets: { about: "tickets opened every hour", value: "N", default: "12" },
    speed: {
      about: "seconds that pass per second",
      value: "N",
      default: "120",
    },
    "no-lookup": { about: "without look-ups: the proof must fail" },
  },
} as const;

const { values } = readArguments(COMMAND);
const rounds = number("rounds", 1);
const speed = number("speed", 1);
const random = seededRandom(number("seed", 0));
const share = number("faults", 0, 1);
const tickets = number("tickets", 1, 100);

const epoch = Date.now();
const now = acceleratedClock(epoch, speed);
const folder = await Deno.makeTempDir();
const kvPath = `${folder}/tickets.db`;
const sandbox = new Sandbox({
  now,
  random,
  sleep: (ms) => sleep(ms / speed),
});
const server = await listen(sandbox, 0);
const programs: Deno.ChildProcess[] = [];
let kills = 0;

planFaults(share);
for (let round = 1; round <= rounds; round++) {
  const wanted = random() < 0.3 ? 2 : 1;
  while (programs.length < wanted) await startProgram();
  await sleep(300 + random() * 1700);
  const victim = pick(programs, random)!;
  programs.splice(programs.indexOf(victim), 1);
  // A few get a SIGTERM, as in a deployment.
  if (random() < 0.1) victim.kill("SIGTERM");
  else {
    victim.kill("SIGKILL");
    kills++;
  }
  await victim.status;
  if (round % 10 === 0 || round === rounds) {
    console.log(
      `round ${round} of ${rounds}: ${kills} kills, ${faults()} faults in ${sandbox.requests.length} calls, ${sandbox.tickets.size} tickets`,
    );
  }
}

console.log("No more kills and faults: waiting for all tickets to finish");
const faulty = faults();
sandbox.clearFaults();
if (programs.length === 0) await startProgram();
{
  using kv = await Deno.openKv(kvPath);
  const store = new Store(kv, { now });
  const resumed = await finishTickets(store);
  for (const program of programs) {
    program.kill("SIGTERM");
    await program.status;
  }
  const verdict = await audit(kv, store, sandbox);
  await server.close();
  await Deno.remove(folder, { recursive: true });
  report(verdict, resumed);
}

function report({ problems, ...verdict }: Verdict, resumed: number): never {
  for (const problem of problems.slice(0, 20)) console.log(problem);
  console.log(
    JSON.stringify({
      rounds,
      kills,
      faults: faulty,
      denied: denied(),
      resumed,
      ...verdict,
    }),
  );
  const { lost, duplicated, outOfOrder } = verdict;
  Deno.exit(lost + duplicated + outOfOrder > 0 || problems.length > 0 ? 1 : 0);
}

/**
 * Waits until all tickets are finished. Retries failed ones.
 *
 * @returns how many were retried
 */
async function finishTickets(store: Store): Promise<number> {
  const hours = values.pace === "classic" ? 12 : 120;
  const end = now() + hours * HOUR;
  let opensMore = true;
  let resumed = 0;
  while (now() < end) {
    await sleep(500);
    if (sandbox.tickets.size === 0) continue;
    // Else an hour's tickets may be drafted between the last look and the end.
    if (opensMore) await openNoMore(store, hours);
    opensMore = false;
    for await (const entry of store.finished("failed")) {
      if (await store.resume(entry, now())) resumed++;
    }
    const tickets = await store.countWaiting(10_000);
    const waiting = LABELS.reduce((sum, label) => sum + tickets[label], 0);
    if (waiting === 0) return resumed;
  }
  console.log(
    `After ${hours} hours tickets are still waiting (${
      FINAL_STATES.join(", ")
    } is how they end)`,
  );
  return resumed;
}

/** Lets this hour and those that follow open no more tickets. */
async function openNoMore(store: Store, hours: number): Promise<void> {
  const first = Math.floor(now() / HOUR) * HOUR;
  for (let hour = first; hour < first + hours * HOUR; hour += HOUR) {
    while (!await store.isHourOpened(hour)) {
      await store.addDrafts(hour, await store.nextNumber(), []);
    }
  }
}

/** Starts a program, and waits until it has sent a request. */
async function startProgram(): Promise<void> {
  const { args, options } = program();
  const asked = sandbox.requests.length;
  programs.push(
    new Deno.Command(args[0]!, { args: args.slice(1), ...options }).spawn(),
  );
  for (let wait = 0; wait < 200 && sandbox.requests.length === asked; wait++) {
    await sleep(50);
  }
}

/** The command that runs the real program with the accelerated clock. */
function program() {
  const imports = new URL("../../std/import_map.json", import.meta.url).href;
  return {
    args: [
      Deno.execPath(),
      "run",
      "-A",
      ...(usesLocalStd() ? ["--no-lock", `--import-map=${imports}`] : []),
      "--preload",
      new URL("accelerate.ts", import.meta.url).href,
      new URL("../../main.ts", import.meta.url).href,
    ],
    options: {
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      env: {
        FRESHDESK_URL: server.url,
        FRESHDESK_API_KEY: sandbox.apiKey,
        DESK: values.desk,
        PACE: values.pace,
        TICKETS_PER_HOUR: String(tickets),
        RATE_LIMIT_SHARE: "1",
        KV_PATH: kvPath,
        LOG_FILE: "",
        PORT: "0",
        HOST: "127.0.0.1",
        CHAOS_SPEED: String(speed),
        CHAOS_EPOCH: String(epoch),
        CHAOS_NO_LOOKUP: values["no-lookup"] ? "1" : "0",
      },
    },
  } as const;
}

/** Whether this process uses the replacements in `std/` because JSR cannot be reached. */
function usesLocalStd(): boolean {
  return !import.meta.resolve("@std/log").startsWith("jsr:");
}

/** Plans faults of every kind for this share of responses. A fault that denies a ticket lasts. */
function planFaults(share: number): void {
  const ways: [number, Fault][] = [
    [3, { kind: "latency", ms: 5_000 }],
    [2, { kind: "latency", ms: 45_000, applied: true }],
    [2, { kind: "status", status: 429, retryAfter: 20 }],
    [3, { kind: "status", status: 503 }],
    [3, { kind: "status", status: 500, applied: true, body: "" }],
    [4, { kind: "drop" }],
    [2, { kind: "refuse" }],
    [4, { kind: "cut" }],
    [2, { kind: "garbage" }],
    [1, { kind: "status", status: 408 }],
    [1, { kind: "status", status: 408, applied: true }],
    [1, { kind: "status", status: 409, body: "{}" }],
    [1, { kind: "status", status: 423, body: "{}" }],
    [1, { kind: "status", status: 425 }],
    [0.6, { kind: "deny", body: '{"code":"access_denied"}' }],
    [0.6, { kind: "deny", status: 400, body: "{}" }],
  ];
  const sum = ways.reduce((sum, [weight]) => sum + weight, 0);
  // Faults are tried in order, so each has its share of what those before it left.
  let left = 1;
  for (const [weight, fault] of ways) {
    const part = share * weight / sum;
    sandbox.fault({ ...fault, share: part / left });
    left -= part;
  }
}

function faults(): number {
  return sandbox.requests.filter(({ fault }) => fault).length;
}

/** Counts the tickets that got nothing but errors. */
function denied(): number {
  const requests = sandbox.requests.filter(({ fault }) => fault === "deny");
  return new Set(requests.map(({ path }) => path.match(/tickets\/(\d+)/)?.[1]))
    .size;
}

function number(
  name: "rounds" | "seed" | "speed" | "faults" | "tickets",
  min: number,
  max = 1_000_000,
): number {
  const n = Number(values[name]);
  if (n >= min && n <= max) return n;
  return exitWithUsage(
    COMMAND,
    `Cannot use --${name} as it must be a number from ${min} to ${max}: current value is '${
      values[name]
    }'`,
  );
}
