import { assertEquals } from "@std/assert";
import { isLoopback } from "../../lib/loopback.ts";

for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"]) {
  Deno.test(`loopback: ${host} is this machine`, () => {
    assertEquals(isLoopback(host), true);
  });
}

for (
  const host of [
    "",
    "0.0.0.0",
    "128.0.0.1",
    "10.127.0.0.1",
    "evil-localhost",
    "evil.127.0.0.1",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "127.0.0.1:8000",
    "127.0.0",
    "127a0b0c1",
    "::1.example.com",
    "fe80::1",
    "[::1]x",
    "x[::1]",
  ]
) {
  Deno.test(`loopback: ${JSON.stringify(host)} is not this machine`, () => {
    assertEquals(isLoopback(host), false);
  });
}
