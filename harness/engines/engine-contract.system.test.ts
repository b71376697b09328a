import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { allocateRequests, noPolicy, outcomeCode, type Requests, sourceCode } from "../history/requests.ts";
import { autocannonEngine } from "./autocannon-engine.ts";
import type { Endpoint, Engine, EngineContext, EngineReport, Volley } from "./engine.ts";
import { openEngine } from "./open-engine.ts";
import { answerOf, type Script, scriptedServer } from "./scripted-server.ts";

const subjects = ["a", "b", "c", "d", "e"];
const makers: Record<string, (context: EngineContext) => Engine> = {
  "open engine": (context) => openEngine(context),
  "autocannon engine": (context) => autocannonEngine(context),
};

/** Rows that fall due one millisecond after the other, and cost 1, 2, 3, 1, ... */
function rows(count: number, replicas: number): Requests {
  const requests = allocateRequests(count);
  const startMs = monotonicMs();
  for (let row = 0; row < count; row++) {
    requests.intendedMs[row] = startMs + row;
    requests.subject[row] = row % subjects.length;
    requests.cost[row] = 1 + (row % 3);
    requests.replica[row] = row % replicas;
  }
  return requests;
}

const never = new AbortController().signal;

async function volley(
  make: (context: EngineContext) => Engine,
  endpoints: readonly Endpoint[],
  count: number,
  options: Partial<Volley> & { signal?: AbortSignal } = {},
): Promise<{ requests: Requests; report: EngineReport }> {
  const requests = rows(count, endpoints.length);
  const engine = make({ requests, endpoints, wireKeys: subjects, policyNames: ["second", "day"] });
  const { signal = never, ...rest } = options;
  const all = {
    fromRow: 0,
    untilRow: count,
    phase: 3,
    stopSendingMs: Number.POSITIVE_INFINITY,
    drainMs: 5000,
  };
  try {
    return { requests, report: await engine.send({ ...all, connections: 4, ...rest }, signal) };
  } finally {
    await engine.close();
  }
}

const countOf = ({ outcome }: Requests, name: keyof typeof outcomeCode) =>
  outcome.filter((code) => code === outcomeCode[name]).length;

const isSound = ({ count, intendedMs, sentMs, receivedMs, outcome }: Requests) => {
  for (let row = 0; row < count; row++) {
    const isUnsent = outcome[row] === outcomeCode.dropped || outcome[row] === outcomeCode.blank;
    if (isUnsent) continue;
    expect(sentMs[row]).toBeGreaterThanOrEqual(intendedMs[row] ?? Number.NaN);
    if (outcome[row] === outcomeCode.lost) expect(receivedMs[row]).toBeNaN();
    else expect(receivedMs[row]).toBeGreaterThanOrEqual(sentMs[row] ?? Number.NaN);
  }
};

describe.each(Object.entries(makers))("every engine: %s", (_name, make) => {
  test("what was recorded is what the servers saw: each row once, with its key and its cost", async () => {
    const script: Script = (socket) => socket.write(answerOf(200));
    await using one = await scriptedServer(script);
    await using two = await scriptedServer(script);
    await using three = await scriptedServer(script);
    const servers = [one, two, three];
    const { requests, report } = await volley(
      make,
      servers.map(({ endpoint }) => endpoint),
      1000,
    );
    expect(countOf(requests, "allowed")).toBe(1000);
    expect(report.discrepancies).toEqual([]);
    isSound(requests);
    for (const [replica, { seen }] of servers.entries()) {
      const sent: string[] = [];
      for (let row = 0; row < requests.count; row++)
        if (requests.replica[row] === replica)
          sent.push(`${subjects[requests.subject[row] ?? 0]} ${requests.cost[row]}`);
      expect(seen.map(({ key, cost }) => `${key} ${cost}`).sort()).toEqual(sent.sort());
      expect(seen.length).toBeGreaterThanOrEqual(333);
    }
  });

  test("every column holds what the answer said", async () => {
    const answers = [
      answerOf(200, { RateLimit: '"second";r=4, "day";r=70', "X-RateLimit-Source": "redis" }),
      answerOf(429, {
        ratelimit: '"second";r=4, "day";r=0',
        "retry-after": "3",
        "x-ratelimit-policy": "day",
      }),
      answerOf(503, { "x-ratelimit-reason": "unavailable", "x-ratelimit-source": "local" }),
      answerOf(503),
      answerOf(200),
    ];
    await using server = await scriptedServer((socket, { key }) =>
      socket.write(answers[subjects.indexOf(key)] ?? ""),
    );
    const { requests } = await volley(make, [server.endpoint], 5);
    const { outcome, status, remaining, retryAfterMs, source, policy } = requests;
    expect([...outcome]).toEqual([1, 2, 3, 4, 1]);
    expect([...status]).toEqual([200, 429, 503, 503, 200]);
    expect([...remaining]).toEqual([4, 0, -1, -1, -1]);
    expect([...retryAfterMs]).toEqual([Number.NaN, 3000, Number.NaN, Number.NaN, Number.NaN]);
    expect([...source]).toEqual([sourceCode.redis, 0, sourceCode.local, 0, 0]);
    expect([...policy]).toEqual([noPolicy, 1, noPolicy, noPolicy, noPolicy]);
  });

  test("answers split into single bytes are answers", async () => {
    await using server = await scriptedServer((socket) => {
      const bytes = [...answerOf(200, {}, "")];
      const next = () => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(byte, () => setImmediate(next));
      };
      next();
    });
    const { requests } = await volley(make, [server.endpoint], 20);
    expect(countOf(requests, "allowed")).toBe(20);
  });

  test.each<[string, (socket: Socket) => void]>([
    ["closes (FIN)", (socket) => socket.end()],
    ["resets (RST)", (socket) => socket.resetAndDestroy()],
    [
      "closes in the middle of its answer",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nha"),
    ],
  ])(
    "a request is lost, and never sent again, when the server %s instead of answering",
    async (_about, end) => {
      await using server = await scriptedServer((socket, { index }) =>
        index % 10 === 5 ? end(socket) : socket.write(answerOf(200)),
      );
      const { requests, report } = await volley(make, [server.endpoint], 200);
      expect(server.seen).toHaveLength(200);
      expect(countOf(requests, "lost")).toBe(20);
      expect(countOf(requests, "allowed")).toBe(180);
      expect(report.discrepancies).toEqual([]);
      isSound(requests);
    },
  );

  test("answers after a lost one are booked on their own requests", async () => {
    await using server = await scriptedServer((socket, { index, key }) =>
      index % 7 === 3
        ? socket.end()
        : socket.write(answerOf(200, { ratelimit: `"k";r=${subjects.indexOf(key)}` })),
    );
    const { requests } = await volley(make, [server.endpoint], 200);
    for (let row = 0; row < requests.count; row++)
      if (requests.outcome[row] === outcomeCode.allowed)
        expect(requests.remaining[row]).toBe(requests.subject[row]);
  });

  test("refused connections carried nothing, and are not tried in a tight loop", async () => {
    const server = await scriptedServer(() => {});
    await server[Symbol.asyncDispose]();
    const { requests, report } = await volley(make, [server.endpoint], 50);
    expect(countOf(requests, "refused")).toBe(50);
    expect([...new Set(requests.status)]).toEqual([0]);
    expect(report.discrepancies).toEqual([]);
    isSound(requests);
  });

  test("nonsense is an error, and the next request has a connection of its own", async () => {
    await using server = await scriptedServer((socket, { index }) =>
      socket.write(index % 4 === 1 ? "SMTP ready\r\n\r\n" : answerOf(200)),
    );
    const { requests, report } = await volley(make, [server.endpoint], 80);
    expect(countOf(requests, "error")).toBe(20);
    expect(countOf(requests, "allowed")).toBe(60);
    expect(report.discrepancies).toEqual([]);
  });

  test("an answer that nobody asked for is never taken for the next one's", async () => {
    await using server = await scriptedServer((socket, { key }) => {
      const own = answerOf(200, { ratelimit: `"k";r=${subjects.indexOf(key)}` });
      socket.write(own + answerOf(200, { ratelimit: '"k";r=99' }));
    });
    const { requests, report } = await volley(make, [server.endpoint], 60);
    expect(countOf(requests, "allowed")).toBe(60);
    expect([...requests.remaining]).toEqual([...requests.subject]);
    expect(report.discrepancies).toEqual([]);
  });

  test("connections that the answer closes lose nothing", async () => {
    await using server = await scriptedServer((socket) => socket.end(answerOf(200, { connection: "close" })));
    const { requests, report } = await volley(make, [server.endpoint], 60);
    expect(countOf(requests, "allowed")).toBe(60);
    expect(server.connections()).toBeGreaterThanOrEqual(60);
    expect(report.discrepancies).toEqual([]);
  });

  test("a body that lasts until the connection ends is an answer", async () => {
    await using server = await scriptedServer((socket) => socket.end("HTTP/1.1 429 No\r\n\r\nslow down"));
    const { requests, report } = await volley(make, [server.endpoint], 40);
    expect(countOf(requests, "denied")).toBe(40);
    expect(report.discrepancies).toEqual([]);
  });

  test("what never answers is waited for as long as the drain, and then lost", async () => {
    await using server = await scriptedServer((socket, { index }) => {
      if (index !== 2) socket.write(answerOf(200));
    });
    const stopSendingMs = monotonicMs() + 200;
    const { requests } = await volley(make, [server.endpoint], 20, { stopSendingMs, drainMs: 100 });
    expect(countOf(requests, "lost")).toBe(1);
    // A client of autocannon has its share of the requests: behind one without an answer the rest of it stays blank.
    expect(countOf(requests, "allowed") + countOf(requests, "blank")).toBe(19);
    isSound(requests);
  });

  test("after the last request, only the drain is waited for", async () => {
    await using server = await scriptedServer((socket, { index }) => {
      if (index < 19) socket.write(answerOf(200));
    });
    const stopSendingMs = monotonicMs() + 3_600_000;
    const { requests } = await volley(make, [server.endpoint], 20, { stopSendingMs, drainMs: 100 });
    expect(countOf(requests, "lost")).toBe(1);
    expect(countOf(requests, "allowed")).toBe(19);
  });

  test("an abort ends the volley: what is in flight is lost, the rest was not sent", async () => {
    const abort = new AbortController();
    await using server = await scriptedServer((socket, { index }) => {
      if (index < 10) socket.write(answerOf(200));
      else abort.abort();
    });
    const { requests } = await volley(make, [server.endpoint], 5000, {
      signal: abort.signal,
      drainMs: 60_000,
    });
    const unsent = countOf(requests, "dropped") + countOf(requests, "blank");
    expect(countOf(requests, "allowed")).toBeLessThanOrEqual(10);
    expect(countOf(requests, "lost")).toBeGreaterThanOrEqual(1);
    expect(server.seen.length).toBeLessThan(5000);
    expect(countOf(requests, "allowed") + countOf(requests, "lost") + unsent).toBe(5000);
  });
});
