import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "./free-port.ts";
import { lookAt } from "./look-at.ts";

/** What is said of a port where each connection is treated so. */
async function seenOf(treat: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    treat(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    return (await lookAt({ host: "127.0.0.1", port }, 500)).replace(String(port), "PORT");
  } finally {
    server.close();
  }
}

test("an answer is shown by its first line", async () => {
  expect(await seenOf((socket) => socket.end("HTTP/1.1 503 Not Yet\r\n\r\n"))).toBe(
    'GET /healthz is answered by "HTTP/1.1 503 Not Yet"',
  );
});

test("what is no HTTP is shown as far as it can be printed", async () => {
  expect(await seenOf((socket) => socket.end("\u0007-ERR unknown\u001b[2J command\r\n"))).toBe(
    'what is answered to GET /healthz is no HTTP/1.1: "?-ERR unknown?[2J command"',
  );
  expect(await seenOf((socket) => socket.write("x".repeat(100_000)))).toContain(`"${"x".repeat(60)}"`);
});

test("closed connections, silence and nobody at all are told apart", async () => {
  expect(await seenOf((socket) => socket.end())).toBe("port PORT closes every connection without an answer");
  expect(await seenOf((socket) => socket.on("data", () => socket.resetAndDestroy()))).toMatch(
    /^port PORT closes/,
  );
  expect(await seenOf((socket) => socket.resume())).toBe(
    "port PORT takes connections, but nothing is answered there",
  );
  const port = await freePort();
  expect(await lookAt({ host: "127.0.0.1", port })).toBe(
    `nobody listens on port ${port} of 127.0.0.1 (it is told which in PORT)`,
  );
});
