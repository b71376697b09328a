import type { Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { allocateRequests, crowdedOut, givenUp, outcomeCode, type Requests } from "../history/requests.ts";
import type { Endpoint } from "./engine.ts";
import { type OpenEngineOptions, openEngine } from "./open-engine.ts";
import { answerOf, scriptedServer } from "./scripted-server.ts";

const never = new AbortController().signal;

/** An engine for `count` rows that fall due `everyMs` after each other from now on, and a way to send some. */
function engineFor(endpoint: Endpoint, count: number, options: OpenEngineOptions = {}, everyMs = 0.2) {
  const requests = allocateRequests(count);
  const engine = openEngine({ requests, endpoints: [endpoint], wireKeys: ["k"], policyNames: [] }, options);
  requests.cost.fill(1);
  const send = (
    fromRow: number,
    untilRow: number,
    stopSendingMs = Number.POSITIVE_INFINITY,
    drainMs = 5000,
  ) => {
    const startMs = monotonicMs();
    for (let row = fromRow; row < untilRow; row++)
      requests.intendedMs[row] = startMs + (row - fromRow) * everyMs;
    return engine.send({ fromRow, untilRow, phase: 0, stopSendingMs, drainMs }, never);
  };
  return { requests, send, [Symbol.asyncDispose]: () => engine.close() };
}

const countOf = ({ outcome }: Requests, name: keyof typeof outcomeCode) =>
  outcome.filter((code) => code === outcomeCode[name]).length;

test("answers are not waited for: a server that answers none before it has seen all gets all", async () => {
  const held: Socket[] = [];
  await using server = await scriptedServer((socket) => {
    held.push(socket);
    if (held.length === 500) for (const each of held) each.write(answerOf(200));
  });
  await using engine = engineFor(server.endpoint, 500);
  const { connectionsOpened } = await engine.send(0, 500);
  expect(countOf(engine.requests, "allowed")).toBe(500);
  expect(connectionsOpened).toBe(500);
});

test("connections are used again while answers come at once", async () => {
  await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
  await using engine = engineFor(server.endpoint, 1000);
  await engine.send(0, 500);
  const before = server.connections();
  await engine.send(500, 1000);
  expect(countOf(engine.requests, "allowed")).toBe(1000);
  expect(before).toBeLessThan(500);
});

test("when no connection can be had, arrivals are dropped and not sent", async () => {
  await using server = await scriptedServer(() => {});
  await using engine = engineFor(server.endpoint, 20, { maxSockets: 3 }, 20);
  await engine.send(0, 20, undefined, 100);
  expect([countOf(engine.requests, "lost"), countOf(engine.requests, "dropped")]).toEqual([3, 17]);
  expect(server.seen).toHaveLength(3);
  // They were dropped because the three waited for answers, and the history says so.
  const { outcome, status } = engine.requests;
  expect(status.filter((_, row) => outcome[row] === outcomeCode.dropped)).toEqual(
    new Uint16Array(17).fill(crowdedOut),
  );
});

test("connections that are answered again take what comes after those that were crowded out", async () => {
  const held: Socket[] = [];
  await using server = await scriptedServer((socket, { index }) => {
    if (index >= 3) socket.write(answerOf(200));
    else held.push(socket);
    if (index === 2) setTimeout(() => held.map((each) => each.write(answerOf(200))), 60);
  });
  await using engine = engineFor(server.endpoint, 60, { maxSockets: 3 }, 5);
  await engine.send(0, 60);
  const { outcome, status } = engine.requests;
  expect(outcome[59]).toBe(outcomeCode.allowed);
  for (let row = 0; row < 60; row++)
    expect(status[row]).toBe(outcome[row] === outcomeCode.dropped ? crowdedOut : 200);
});

test("what is still open when nobody waits any more is told from what lost its connection", async () => {
  await using server = await scriptedServer((socket, { index }) => {
    if (index === 0) socket.destroy();
  });
  await using engine = engineFor(server.endpoint, 3, {}, 20);
  await engine.send(0, 3, undefined, 100);
  expect(countOf(engine.requests, "lost")).toBe(3);
  expect([...engine.requests.status]).toEqual([0, givenUp, givenUp]);
});

test("what is not due when sending stops is dropped", async () => {
  await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
  await using engine = engineFor(server.endpoint, 10, {}, 1_000_000);
  await engine.send(0, 10, monotonicMs() + 100);
  expect([countOf(engine.requests, "allowed"), countOf(engine.requests, "dropped")]).toEqual([1, 9]);
  expect(engine.requests.sentMs[9]).toBeNaN();
});

test("connections that were idle long are closed by us before the server does", async () => {
  await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
  await using engine = engineFor(server.endpoint, 50, { idleAtMostMs: 50 });
  await engine.send(0, 50);
  await vi.waitFor(() => expect(server.sockets.size).toBe(0), { timeout: 20_000 });
});

test("a server's Keep-Alive timeout is respected", async () => {
  await using server = await scriptedServer((socket) =>
    socket.write(answerOf(200, { "keep-alive": "timeout=1" })),
  );
  await using engine = engineFor(server.endpoint, 50, { idleAtMostMs: 3_600_000 });
  await engine.send(0, 50);
  await vi.waitFor(() => expect(server.sockets.size).toBe(0), { timeout: 20_000 });
});

test("a server that closes idle connections costs no request", async () => {
  await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
  await using engine = engineFor(server.endpoint, 100);
  await engine.send(0, 50);
  for (const socket of server.sockets) socket.end();
  await vi.waitFor(() => expect(server.sockets.size).toBe(0), { timeout: 20_000 });
  await engine.send(50, 100);
  expect(countOf(engine.requests, "allowed")).toBe(100);
});

test("a 408 on an idle connection is nobody's answer", async () => {
  await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
  await using engine = engineFor(server.endpoint, 100);
  await engine.send(0, 50);
  for (const socket of server.sockets) socket.write(answerOf(408));
  await vi.waitFor(() => expect(server.sockets.size).toBe(0), { timeout: 20_000 });
  await engine.send(50, 100);
  expect(countOf(engine.requests, "allowed")).toBe(100);
});

test("a row without an instant is our own mistake", async () => {
  await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
  await using engine = engineFor(server.endpoint, 3, {}, Number.NaN);
  await expect(engine.send(0, 3)).rejects.toThrow(/Row 0 has no instant/);
});

test("requests are sent in the order of their instants, none before its own", async () => {
  await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
  await using engine = engineFor(server.endpoint, 300, {}, 0.7);
  await engine.send(0, 300);
  const { intendedMs, sentMs } = engine.requests;
  for (let row = 0; row < 300; row++)
    expect(sentMs[row]).toBeGreaterThanOrEqual(intendedMs[row] ?? Number.POSITIVE_INFINITY);
});
