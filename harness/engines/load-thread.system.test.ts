import { expect, test } from "vitest";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { allocateRequests, outcomeCode } from "../history/requests.ts";
import type { EngineContext, Volley } from "./engine.ts";
import { type EngineName, startLoadThread } from "./load-thread.ts";
import { answerOf, scriptedServer } from "./scripted-server.ts";

const never = new AbortController().signal;
const all: Volley = {
  fromRow: 0,
  untilRow: 100,
  phase: 0,
  stopSendingMs: Number.POSITIVE_INFINITY,
  drainMs: 5000,
};

function contextFor(port: number): EngineContext {
  const requests = allocateRequests(100);
  requests.cost.fill(1);
  return { requests, endpoints: [{ host: "127.0.0.1", port }], wireKeys: ["run:k"], policyNames: [] };
}

test.each<EngineName>(["open", "autocannon"])(
  "%s: rows written in the thread are read here",
  async (name) => {
    await using server = await scriptedServer((socket) => socket.write(answerOf(200)));
    const context = contextFor(server.endpoint.port);
    await using thread = await startLoadThread(context);
    const beforeMs = monotonicMs();
    context.requests.intendedMs.fill(beforeMs);
    const report = await thread.send(name, { ...all, connections: 5 }, never);
    const afterMs = monotonicMs();
    expect(context.requests.outcome.every((code) => code === outcomeCode.allowed)).toBe(true);
    expect(server.seen.map(({ key }) => key)).toEqual(Array.from({ length: 100 }, () => "run:k"));
    expect(report.cpuMs).toBeGreaterThan(0);
    // Both threads read the same clock, but each measured its offset by itself.
    for (const ms of context.requests.sentMs) expect(ms).toBeGreaterThan(beforeMs - 0.1);
    for (const ms of context.requests.receivedMs) expect(ms).toBeLessThan(afterMs + 0.1);
  },
);

test("an abort reaches the thread", async () => {
  const abort = new AbortController();
  await using server = await scriptedServer(() => abort.abort());
  const context = contextFor(server.endpoint.port);
  await using thread = await startLoadThread(context);
  context.requests.intendedMs.fill(monotonicMs() + 3_600_000, 1);
  await thread.send("open", { ...all, drainMs: 3_600_000 }, abort.signal);
  expect(context.requests.outcome[0]).toBe(outcomeCode.lost);
  expect(context.requests.outcome[99]).toBe(outcomeCode.dropped);
});

test("a thread that crashes rejects what it was sending, and all that follows", async () => {
  const context = contextFor(9);
  await using thread = await startLoadThread(context);
  // No endpoint answers for this replica: a fault of whoever made the rows.
  context.requests.replica.fill(7);
  context.requests.intendedMs.fill(monotonicMs() + 20);
  await expect(thread.send("open", all, never)).rejects.toMatchObject({ code: "GATECRASH_LOAD_THREAD" });
  await expect(thread.send("open", all, never)).rejects.toMatchObject({ code: "GATECRASH_LOAD_THREAD" });
});

test("a key that cannot travel is refused before anything starts", async () => {
  await expect(startLoadThread({ ...contextFor(9), wireKeys: [" a"] })).rejects.toMatchObject({
    code: "GATECRASH_REFUSAL",
  });
});
