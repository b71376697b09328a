import { describe, expect, it } from "vitest";
import { type EvidenceOptions, evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord, RedisSample } from "../history/history.ts";
import { givenUp } from "../history/requests.ts";
import { type RecoversWithinOptions, recoversWithin } from "./recovers-within.ts";

const policy = { name: "tenth", limit: 90, windowMs: 1_000 };
const withoutRedis = {
  kind: "local",
  share: "equal",
  writesBack: false,
  deadlineMs: 20,
  probeIntervalMs: 50,
} as const;

const down: FaultRecord = {
  name: "redis-down",
  legend: "Redis cannot be reached",
  replicas: [0, 1, 2],
  fromMs: 1_000,
  injectedMs: 1_001,
  healingMs: 4_000,
  untilMs: 4_001,
  losesState: "none",
  cutsOff: true,
  verified: "refused",
  healed: "answered",
};

const replicas = [0, 1, 2];

/** One request every 2 ms in turn: alone from 1,010 to `backMs`, by Redis after it. */
function traffic(backMs: number, untilMs = 5_500): Row[] {
  return Array.from({ length: (untilMs - 900) / 2 }, (_, i): Row => {
    const sentMs = 900 + 2 * i;
    const alone = sentMs >= 1_010 && sentMs < backMs;
    const source = alone ? "local" : "redis";
    return { sentMs, receivedMs: sentMs + 1, replica: i % 3, subject: `tail ${i % 100}`, source };
  });
}

function sample(atMs: number, counts: Partial<RedisSample>): RedisSample {
  return {
    fromMs: atMs,
    untilMs: atMs + 1,
    runId: "a",
    connectionsReceived: 10,
    connectedClients: 5,
    commandsProcessed: 0,
    scriptCalls: 1_000,
    scriptUs: 0,
    scriptFailures: 0,
    usedMemoryBytes: 0,
    ...counts,
  };
}

function check(
  rows: readonly Row[],
  told: Partial<EvidenceOptions> = {},
  options: RecoversWithinOptions = {},
) {
  const lives = replicas.map((replica) => ({ replica, fromMs: 0, untilMs: null }));
  const quiescences = replicas.map((replica) => ({ replica, atMs: 4_002 }));
  const evidence = evidenceFromRows({
    policy,
    rows,
    faults: [down],
    lives,
    quiescences,
    promises: { withoutRedis },
    ...told,
  });
  return recoversWithin(options).check(evidence);
}

describe("the way back to Redis", () => {
  it("passes when every replica is back within two looks and a deadline", () => {
    expect(check(traffic(4_100))).toMatchObject({
      verdict: "pass",
      kind: "measurement",
      numbers: { returns: 3, returnsUnseen: 0, allowedMs: 120 },
    });
  });

  it("fails when a replica certainly still decided alone after that", () => {
    expect(check(traffic(4_400))).toMatchObject({
      verdict: "fail",
      summary: expect.stringMatching(/Replica \d still decided without Redis 39\d ms after redis-down/),
    });
    expect(check(traffic(4_400), {}, { withinMs: 500 }).verdict).toBe("pass");
    expect(check(traffic(9_000)).verdict).toBe("fail");
    const undecided = traffic(4_400).map(
      (row): Row => (row.source === "local" ? { ...row, source: "unlabelled", outcome: "unavailable" } : row),
    );
    expect(check(undecided).verdict).toBe("fail");
  });

  it("is looked for where a replica did not decide at all, until nobody waited any more", () => {
    const hanging = (backMs: number, status: number) =>
      traffic(backMs).map(({ receivedMs, ...row }): Row => {
        if (row.source !== "local") return { ...row, receivedMs: receivedMs ?? Number.NaN };
        return { ...row, outcome: "lost", status };
      });
    expect(check(hanging(4_100, givenUp))).toMatchObject({ verdict: "pass", numbers: { returns: 3 } });
    expect(check(hanging(4_400, givenUp)).verdict).toBe("inconclusive");
    expect(check(hanging(4_400, 0)).verdict).toBe("not-applicable");
  });

  it("allows for the gateway's own event loop", () => {
    const scrapes = replicas.map((replica) => ({
      replica,
      requestedMs: 4_050,
      receivedMs: 4_051,
      text: "nodejs_eventloop_lag_p99_seconds 0.2\n",
    }));
    expect(check(traffic(4_400), { scrapes }).verdict).toBe("pass");
  });

  it("is inconclusive where nobody asked meanwhile, or the machine stood still", () => {
    const quiet = traffic(4_100).filter(({ sentMs }) => sentMs < 4_000 || sentMs > 4_500);
    expect(check(quiet)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("nothing shows that it was without Redis all the time"),
    });
    const stalled = { asked: 1_000, slow: [{ fromMs: 4_020, untilMs: 4_300 }] };
    expect(check(traffic(4_400), { redisPath: stalled }).verdict).toBe("inconclusive");
    const late = traffic(4_400).map((row) => ({ ...row, intendedMs: row.sentMs - 60 }));
    expect(check(late).verdict).toBe("inconclusive");
  });

  it("is so late between the stalls of a slow machine that no machine explains it", () => {
    const slow = (backMs: number) =>
      traffic(backMs).map((row) => (row.sentMs < 3_500 ? { ...row, intendedMs: row.sentMs - 60 } : row));
    expect(check(slow(4_350)).verdict).toBe("inconclusive");
    expect(check(slow(4_370)).verdict).toBe("fail");
  });

  it("is excused by a stall of the machine for no longer than the stall and the look that it spoiled", () => {
    const lateAt = (backMs: number, ...instants: readonly number[]) =>
      traffic(backMs).map((row) =>
        instants.includes(row.sentMs) ? { ...row, intendedMs: row.sentMs - 11 } : row,
      );
    // Each is seen for 211 ms; 120 are allowed.
    expect(check(lateAt(4_330, 4_150)).verdict).toBe("inconclusive");
    expect(check(lateAt(4_340, 4_150)).verdict).toBe("fail");
    expect(check(lateAt(5_400, 4_150)).verdict).toBe("fail");
    // Two spoil two looks.
    expect(check(lateAt(4_600, 4_150, 4_450)).verdict).toBe("inconclusive");
    expect(check(lateAt(4_610, 4_150, 4_450)).verdict).toBe("fail");
  });

  it("is told where nobody has said how long it may take, unless it was never seen", () => {
    const promises = { withoutRedis: { ...withoutRedis, isReturnUndeclared: true } };
    const told = check(traffic(5_400), { promises });
    expect(told).toMatchObject({ verdict: "pass", numbers: { slowestReturnMs: { proved: 1_397 } } });
    expect(told.numbers).not.toHaveProperty("allowedMs");
    expect(told.notes?.join()).toContain("how long it may take is not declared");
    expect(check(traffic(9_000), { promises })).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("nobody has said how long that may take (--returns-within)"),
    });
    expect(check(traffic(5_400), { promises }, { withinMs: 500 }).verdict).toBe("fail");
  });

  it("does not count what another fault prevented", () => {
    const next = { ...down, fromMs: 4_060, injectedMs: 4_060, healingMs: 4_500, untilMs: 4_501 };
    expect(check(traffic(4_560), { faults: [down, next] })).toMatchObject({
      verdict: "pass",
      numbers: { returns: 3 },
    });
  });

  it("is inconclusive without a word on who decided, and says nothing where nothing was healed or left", () => {
    const silent = traffic(4_100).map((row): Row => ({ ...row, source: "unlabelled" }));
    expect(check(silent).verdict).toBe("inconclusive");
    expect(check(traffic(4_100), { faults: [] }).verdict).toBe("not-applicable");
    expect(check(traffic(0)).verdict).toBe("not-applicable");
    expect(check(traffic(4_100), { promises: {} }).verdict).toBe("not-applicable");
    expect(check(traffic(4_100), { promises: {} }, { withinMs: 150 }).verdict).toBe("pass");
  });
});

describe("what was let in meanwhile", () => {
  const hot = (sentMs: number, row: Partial<Row>): Row => ({ sentMs, receivedMs: sentMs + 0.5, ...row });
  const letIn = (count: number): Row[] =>
    Array.from({ length: count }, (_, i) => hot(3_800 + i, { source: "local" }));
  const denied = hot(4_200, { source: "redis", outcome: "denied", replica: 1 });

  it("counts once: a denial that only a second charge explains convicts", () => {
    expect(check([...traffic(4_100), ...letIn(60), denied])).toMatchObject({
      verdict: "fail",
      numbers: { wrongDenials: 1 },
      summary: expect.stringContaining("all that was let in meanwhile counted once"),
      // All that may have counted against the denial, which is the 61st.
      witness: { kind: "turned-away", subject: "hot", cost: 60, bound: 90, rowCount: 61 },
    });
    expect(check([...traffic(4_100), ...letIn(90), denied]).verdict).toBe("pass");
  });

  it("may have been charged twice where Redis had been asked in vain, until its connections were gone", () => {
    const waited = letIn(60).map((row) => ({ ...row, receivedMs: row.sentMs + 20 }));
    expect(check([...traffic(4_100), ...waited, denied]).verdict).toBe("pass");
    const refused = letIn(90).map((row): Row => ({ ...row, receivedMs: row.sentMs + 20, outcome: "denied" }));
    expect(check([...traffic(4_100), ...refused, denied]).verdict).toBe("pass");
    const quick = letIn(90).map((row): Row => ({ ...row, outcome: "denied" }));
    expect(check([...traffic(4_100), ...quick, denied]).verdict).toBe("fail");
    const late = { ...denied, sentMs: 5_100, receivedMs: 5_101 };
    expect(check([...traffic(4_100), ...refused, late]).verdict).toBe("fail");
  });

  it("may matter for longer by the way on which Redis was told of it, at most a deadline", () => {
    // Let in by 3,860.5, known to Redis in cells of 31.25 ms as of when it arrived, up to 20 ms later.
    const askedAt = (sentMs: number) => [
      ...traffic(4_100),
      ...letIn(90).map((row) => ({ ...row, sentMs: 3_860, receivedMs: 3_860.5 })),
      { ...denied, sentMs, receivedMs: sentMs + 0.5 },
    ];
    expect(check(askedAt(4_910)).verdict).toBe("pass");
    expect(check(askedAt(4_913)).verdict).toBe("fail");
  });

  it("is the replica's own where it says so", () => {
    expect(check([...traffic(4_100), ...letIn(60), { ...denied, source: "local" }]).verdict).toBe("pass");
  });
});

describe("a storm", () => {
  const around = (counts: Partial<RedisSample>): RedisSample[] => [
    sample(3_900, {}),
    sample(4_300, {}),
    sample(5_300, counts),
  ];

  it("is none where every script is one of a request, and connections are few", () => {
    const redisSamples = around({ connectionsReceived: 40, scriptCalls: 1_800 });
    expect(check(traffic(4_100), { redisSamples })).toMatchObject({
      verdict: "pass",
      numbers: { mostConnections: 30, mostScriptCalls: 800 },
    });
  });

  it("of connections convicts", () => {
    const redisSamples = around({ connectionsReceived: 71 });
    expect(check(traffic(4_100), { redisSamples })).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("61 connections were made to Redis after redis-down"),
    });
    expect(check(traffic(4_100), { redisSamples }, { maxConnectionsPerReplica: 21 }).verdict).toBe("pass");
  });

  it("of scripts that nobody had asked for any more convicts, in a new life of Redis too", () => {
    expect(check(traffic(4_100), { redisSamples: around({ scriptCalls: 3_500 }) })).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("sent again"),
    });
    const reborn = around({ scriptCalls: 4_000, connectionsReceived: 12, runId: "b" });
    expect(check(traffic(4_100), { redisSamples: reborn }).verdict).toBe("fail");
  });

  /** From long before the fault on, with counters as of a limiter that calls `each` scripts a decision. */
  const habitual = (each: number, connectedClients: number, after: Partial<RedisSample>): RedisSample[] => {
    const calls = (atMs: number): number => 1_000 + Math.round((each * (atMs - 100)) / 2);
    const at = (atMs: number) => sample(atMs, { connectedClients, scriptCalls: calls(atMs) });
    return [at(100), at(900), { ...at(3_900), scriptCalls: calls(900) }, sample(5_300, after)];
  };
  const longTraffic: readonly Row[] = [
    ...Array.from({ length: 400 }, (_, i): Row => {
      const sentMs = 100 + 2 * i;
      return { sentMs, receivedMs: sentMs + 1, replica: i % 3, subject: `tail ${i % 100}`, source: "redis" };
    }),
    ...traffic(4_100),
  ];

  it("is none where a pool is made anew, and where each decision takes several scripts as it always did", () => {
    const pool = habitual(1, 100, { connectionsReceived: 10 + 96, scriptCalls: 2_100 });
    expect(check(longTraffic, { redisSamples: pool }).verdict).toBe("pass");
    const storm = habitual(1, 100, { connectionsReceived: 10 + 400, scriptCalls: 2_100 });
    expect(check(longTraffic, { redisSamples: storm }).summary).toContain(
      "400 connections were made to Redis",
    );
    const twice = habitual(2, 5, { scriptCalls: 1_800 + 2 * 950 });
    expect(check(longTraffic, { redisSamples: twice }).verdict).toBe("pass");
    const once = habitual(1, 5, { scriptCalls: 1_400 + 2 * 950 });
    expect(check(longTraffic, { redisSamples: once }).summary).toContain("sent again");
    const again = habitual(2, 5, { scriptCalls: 1_800 + 4_000 });
    expect(check(longTraffic, { redisSamples: again }).summary).toContain("sent again");
  });

  it("of connections convicts while the fault is in force, too", () => {
    const before = [sample(800, { connectedClients: 2 }), sample(3_800, { connectionsReceived: 300 })];
    const redisSamples = (connectionsReceived: number) => [
      ...before,
      sample(3_900, { connectionsReceived }),
      sample(5_300, { connectionsReceived }),
    ];
    // 20 for each of three, and 40 a second for 3.101 s for each of two connections.
    expect(check(traffic(4_100), { redisSamples: redisSamples(319) })).toMatchObject({
      verdict: "pass",
      numbers: { mostConnectionsMeanwhile: 309 },
    });
    expect(check(traffic(4_100), { redisSamples: redisSamples(320) })).toMatchObject({
      verdict: "fail",
      summary: "310 connections were made to Redis while redis-down was in force, 309 are allowed: a storm",
    });
  });

  it("cannot be seen where Redis was not read around the heal", () => {
    const redisSamples = [sample(900, {}), sample(5_300, { scriptCalls: 9_000 })];
    const finding = check(traffic(4_100), { redisSamples });
    expect(finding.verdict).toBe("pass");
    expect(finding.notes?.join()).toContain("storms are not judged");
  });
});
