/**
 * A Freshdesk without a limit, in a process of its own: it takes replies, keeps them, and says how
 * many there are twice. It says where it listens.
 *
 * @module
 */
const PLENTY = {
  "x-ratelimit-total": "1000000",
  "x-ratelimit-remaining": "1000000",
};

interface Message {
  id: number;
  body: string;
  incoming: boolean;
  private: boolean;
  created_at: string;
}

const threads = new Map<string, Message[]>();
let messages = 0;

const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
  onError: () => new Response(null, { status: 500 }),
}, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/stats") return Response.json(stats());
  if (pathname === "/forget") {
    threads.clear();
    messages = 0;
    return Response.json({});
  }
  const [, id = "", what] = pathname.match(/\/tickets\/(\d+)\/(\w+)$/) ?? [];
  const headers = PLENTY;
  const thread = threads.get(id) ?? [];
  if (what === "conversations") return Response.json(thread, { headers });
  if (what !== "reply") return new Response(null, { status: 404, headers });
  const { body } = await request.json();
  const message = {
    id: ++messages,
    body,
    incoming: false,
    private: false,
    created_at: new Date().toISOString(),
  };
  threads.set(id, [...thread, message]);
  return Response.json(message, { status: 201, headers });
});
await server.finished;

function stats() {
  let doubled = 0;
  for (const thread of threads.values()) doubled += thread.length - 1;
  return { tickets: threads.size, messages, doubled };
}
