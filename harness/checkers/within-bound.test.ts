import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import { type EvidenceOptions, evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord, PhaseSpan } from "../history/history.ts";
import { simulatedRows } from "../promises/simulated-rows.ts";
import type { Witness } from "../verdict/finding.ts";
import { withinBound } from "./within-bound.ts";

const policy = { name: "per-second", limit: 100, windowMs: 1_000 };
const promised = { kind: "window", limit: 100, windowMs: 1_000 } as const;

/** `count` requests let in one after the other, `everyMs` apart, each answered after `tookMs`. */
function letIn(count: number, { fromMs = 0, everyMs = 1, tookMs = 2 } = {}): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    sentMs: fromMs + i * everyMs,
    receivedMs: fromMs + i * everyMs + tookMs,
  }));
}

function check(rows: readonly Row[], options: Partial<EvidenceOptions> = {}) {
  return withinBound().check(evidenceFromRows({ policy, rows, ...options }));
}

function phase(name: string, fromMs: number, untilMs: number, role: PhaseSpan["role"] = "judged"): PhaseSpan {
  return { name, fromMs, untilMs, model: "open", role };
}

describe("within-bound", () => {
  it("acquits a limiter that lets in exactly its limit in every window", () => {
    const finding = check([...letIn(100), ...letIn(100, { fromMs: 1_003 })]);
    expect(finding).toMatchObject({ verdict: "pass", kind: "proof", checker: "within-bound" });
    expect(finding.numbers).toMatchObject({
      worstExcess: 0,
      resolvingPower: 0,
      judgedRequests: 200,
      judgedSubjects: 1,
    });
  });

  it("convicts one request too many, and names the rows that prove it", () => {
    const rows = [...letIn(3, { fromMs: -5_000 }), ...letIn(101)];
    const finding = check(rows);
    expect(finding.verdict).toBe("fail");
    expect(finding.summary).toBe('hot was let in 101 times in 102 ms, the promise "per-second" allows 100');
    const witness = finding.witness as Witness;
    expect(witness).toMatchObject({
      subject: "hot",
      policy: "per-second",
      fromMs: 0,
      untilMs: 102,
      cost: 101,
      bound: 100,
    });
    expect(witness.rows).toEqual(Array.from({ length: 101 }, (_, i) => i + 3));
    expect(witness.rowCount).toBe(101);
    expect(finding.numbers).toMatchObject({ worstExcess: 1 });
  });

  it("convicts one that never asks Redis and says so, where it declares no fallback", () => {
    const local = letIn(101).map((row) => ({ ...row, source: "local" as const }));
    expect(check(local).verdict).toBe("fail");
    const once = { sentMs: 5_000, receivedMs: 5_001, source: "redis" as const };
    expect(check([...local, once]).verdict).toBe("inconclusive");
  });

  it("wants one phase that shows it of windows that begin with a request, and every phase of others", () => {
    const phases = [phase("sharp", 0, 500), phase("blunt", 500, 3_000)];
    const half = letIn(50, { fromMs: 1_500 }).map((row) => ({ ...row, phase: "blunt" }));
    const rows = [...letIn(100).map((row) => ({ ...row, phase: "sharp" })), ...half];
    const judged = (upper: Promised) => check(rows, { phases, promises: { upper } }).verdict;
    expect(judged(promised)).toBe("inconclusive");
    expect(judged({ kind: "fixed", limit: 100, windowMs: 1_000, phase: "first-hit" })).toBe("pass");
    expect(judged({ kind: "fixed", limit: 120, windowMs: 1_000, phase: "first-hit" })).toBe("inconclusive");
  });

  it("convicts the subject that went farthest, whatever the others did", () => {
    const of = (subject: string, count: number) => letIn(count).map((row) => ({ ...row, subject }));
    const finding = check([...of("a", 102), ...of("b", 140), ...of("c", 101)]);
    expect(finding.witness).toMatchObject({ subject: "b", cost: 140 });
  });

  it("allows twice the limit in a closed span of exactly one window", () => {
    const rows = [
      ...letIn(100, { everyMs: 0, tookMs: 0 }),
      ...letIn(100, { fromMs: 1_000, everyMs: 0, tookMs: 0 }),
    ];
    expect(check(rows).verdict).toBe("pass");
    const early = [...letIn(100, { everyMs: 0, tookMs: 0 }), ...letIn(1, { fromMs: 999.9, tookMs: 0 })];
    expect(check(early).verdict).toBe("fail");
  });

  it("never convicts by the microsecond in which a limiter stamps, or by rounding", () => {
    const uptimeMs = 3e9 + 1 / 3;
    const rows = [
      ...letIn(100, { fromMs: uptimeMs, everyMs: 0, tookMs: 0 }),
      ...letIn(100, { fromMs: uptimeMs + 999.9995, everyMs: 0, tookMs: 0 }),
    ];
    expect(check(rows).verdict).toBe("pass");
  });

  it("counts cost, not requests", () => {
    const rows = letIn(26).map((row) => ({ ...row, cost: 4 }));
    expect(check(rows)).toMatchObject({ verdict: "fail", witness: { cost: 104, bound: 100, rowCount: 26 } });
  });

  it("does not count what was lost, refused or denied", () => {
    const rows = letIn(150).map((row, i): Row => {
      if (i % 3 === 0) return row;
      return i % 3 === 1 ? { sentMs: row.sentMs } : { ...row, outcome: "denied" };
    });
    expect(check(rows).verdict).toBe("inconclusive");
  });

  it("is inconclusive about a key that never comes near its limit", () => {
    const finding = check(letIn(60));
    expect(finding.verdict).toBe("inconclusive");
    expect(finding.summary).toContain('in phase "baseline": the fullest span proves only 60 %');
  });

  it("is inconclusive about blunt intervals, which an exact limiter survives and a guilty one too", () => {
    for (const kind of ["window", "rate", "two-counters", "fixed"] as const) {
      const upper: Promised =
        kind === "rate"
          ? { kind, burst: 50, limit: 50, windowMs: 500 }
          : kind === "fixed"
            ? { kind, limit: 50, windowMs: 500, phase: "unknown" }
            : { kind, limit: 50, windowMs: 500 };
      const sharp = simulatedRows({ promised: upper, seed: 5, requests: 1_500, gapMs: 1, burstShare: 0 });
      const blunt = sharp.map((row) => ({
        ...row,
        sentMs: row.sentMs - 500,
        receivedMs: (row.receivedMs ?? Number.NaN) + 500,
      }));
      const promises = { upper, lower: upper };
      const epochOffsetMs = { atLeast: 0, atMost: 0 };
      expect(check(sharp, { promises, epochOffsetMs }).verdict, kind).toBe("pass");
      expect(check(blunt, { promises, epochOffsetMs }).verdict, kind).toBe("inconclusive");
    }
  });

  it("demands evidence in every judged phase, or in those that are named", () => {
    const phases = [
      phase("warmup", 0, 1_500, "warmup"),
      phase("burst", 1_500, 4_000),
      phase("calm", 4_000, 9_000),
    ];
    const rows = [
      ...letIn(100, { fromMs: 2_000 }).map((row) => ({ ...row, phase: "burst" })),
      ...letIn(10, { fromMs: 5_000 }).map((row) => ({ ...row, phase: "calm" })),
    ];
    const evidence = evidenceFromRows({ policy, rows, phases });
    const all = withinBound().check(evidence);
    expect(all.verdict).toBe("inconclusive");
    expect(all.summary).toContain('phase "calm"');
    expect(all.numbers).toMatchObject({ resolvingPowerInBurst: 0 });
    expect(withinBound({ phases: ["burst"] }).check(evidence).verdict).toBe("pass");
    expect(withinBound({ phases: ["brust"] }).check(evidence)).toMatchObject({
      verdict: "inconclusive",
      summary: 'The history has no phase "brust"',
    });
  });

  it("judges a span in the phase in which it ends, earlier requests included", () => {
    const phases = [phase("before", 0, 50), phase("after", 50, 2_000)];
    const rows = letIn(101).map((row, i) => ({ ...row, phase: i < 50 ? "before" : "after" }));
    expect(withinBound({ phases: ["after"] }).check(evidenceFromRows({ policy, rows, phases })).verdict).toBe(
      "fail",
    );
  });

  it("cannot judge windows by a clock that was stepped", () => {
    expect(check(letIn(150), { clockDoubt: "the clock moved by 900 ms" })).toMatchObject({
      verdict: "inconclusive",
      summary: "Windows cannot be judged: the clock moved by 900 ms",
    });
  });

  it("leaves what replicas let in alone to the fallback's bound, but does not pass over it in silence", () => {
    const rows = [...letIn(100), ...letIn(60).map((row) => ({ ...row, source: "local" as const }))];
    const finding = check(rows);
    expect(finding.verdict).toBe("inconclusive");
    expect(finding.summary).toContain("60 requests were let in without asking Redis");
    expect(check(rows.slice(0, 101)).summary).toContain("1 request was let in without asking Redis");
    expect(check([...letIn(101), ...rows.slice(100)]).verdict).toBe("fail");
  });

  it("judges before and after a loss of state, never across it", () => {
    const byRedis = { source: "redis" } as const;
    const rows = [...letIn(100), ...letIn(100, { fromMs: 300 })].map((row) => ({ ...row, ...byRedis }));
    const evidence = evidenceFromRows({ policy, rows });
    const kill: FaultRecord = {
      name: "redis-kill",
      legend: "Redis is gone",
      replicas: [0],
      fromMs: 150,
      injectedMs: 150,
      healingMs: 250,
      untilMs: 250,
      losesState: "all",
      verified: "refused",
      healed: "answered",
    };
    const killed = { ...evidence, history: { ...evidence.history, faults: [kill] } };
    expect(withinBound().check(evidence).verdict).toBe("fail");
    expect(withinBound().check(killed).verdict).toBe("pass");
    const again = evidenceFromRows({ policy, rows: [...rows, { sentMs: 500, receivedMs: 502, ...byRedis }] });
    const guilty = { ...again, history: { ...again.history, faults: [kill] } };
    expect(withinBound().check(guilty)).toMatchObject({
      verdict: "fail",
      witness: { fromMs: 300, rowCount: 101 },
    });
  });

  it("has nothing to say of a limiter that promises no bound", () => {
    for (const kind of ["unlimited", "none"] as const)
      expect(check(letIn(500), { promises: { upper: { kind } } }).verdict).toBe("not-applicable");
  });

  it("is inconclusive without any request", () => {
    expect(check([]).verdict).toBe("inconclusive");
  });

  it("grants a steadily drifting clock its drift over long spans", () => {
    const rows = simulatedRows({
      promised,
      seed: 9,
      requests: 30_000,
      gapMs: 2,
      burstShare: 0,
      latencyMs: 0.01,
      clockRate: 1.0002,
    });
    const driftMs = 1_000 * 0.0002;
    const wanderMs = 60_000 * 0.0002 + 1;
    const drifting = { slackMs: driftMs, epochOffsetMs: { atLeast: 0, atMost: wanderMs } };
    expect(check(rows, drifting).verdict).toBe("pass");
  });

  it("wants every policy proved somewhere and every phase proved by some policy", () => {
    const one = evidenceFromRows({ policy, rows: [...letIn(100), ...letIn(100, { fromMs: 1_100 })] });
    const [claim] = one.claims;
    if (claim === undefined) throw new Error("there is one claim");
    const withLimit = (limit: number) => {
      const curve = { kind: "window", limit, windowMs: 60_000 } as const;
      const minute = {
        ...claim,
        policy: { name: "per-minute", limit, windowMs: 60_000 },
        promises: { ...claim.promises, upper: curve, lower: curve },
      };
      return { ...one, claims: [claim, minute] };
    };
    expect(withinBound().check(withLimit(200)).verdict).toBe("pass");
    expect(withinBound().check(withLimit(150))).toMatchObject({
      verdict: "fail",
      witness: { policy: "per-minute" },
    });
    const unseen = withinBound().check(withLimit(1_000));
    expect(unseen.verdict).toBe("inconclusive");
    expect(unseen.summary).toContain('"per-minute"');
  });

  describe("of a bucket that has its requests wait", () => {
    const rate = { kind: "rate", burst: 100, limit: 100, windowMs: 1_000 } as const;
    /** One is let in every 10 ms, a second after it came. */
    const queued = (forMs: number): Row[] =>
      Array.from({ length: forMs / 10 }, (_, i) => ({ sentMs: 10 * i, receivedMs: 10 * i + 1_000 }));
    const judged = (rows: readonly Row[]) => check(rows, { promises: { upper: rate, lower: rate } });

    it("says how long a span would show enough, and passes one that is so long", () => {
      const short = judged(queued(3_000));
      expect(short.verdict).toBe("inconclusive");
      expect(short.summary).toContain(
        "answers that let in took 1 s, and so a span of 38.8 s would prove enough",
      );
      expect(judged(queued(37_000)).verdict).toBe("inconclusive");
      expect(judged(queued(39_000)).verdict).toBe("pass");
    });

    it("says nothing of the kind where nobody came often enough, or nobody waited", () => {
      const seldom = queued(3_000).filter((_, i) => i % 4 === 0);
      expect(judged(seldom).summary).toContain("a subject that is kept at its limit");
      const soon = queued(3_000).map((row) => ({ ...row, receivedMs: row.sentMs + 1 }));
      expect(judged(soon).summary).toContain("a subject that is kept at its limit");
    });
  });

  describe("near a fault", () => {
    const down: FaultRecord = {
      name: "redis-down",
      legend: "Redis cannot be reached",
      replicas: [0],
      fromMs: 1_000,
      injectedMs: 1_000,
      healingMs: 3_000,
      untilMs: 3_000,
      losesState: "none",
      cutsOff: true,
      verified: "refused",
      healed: "answered",
    };
    const phases = [phase("fault", 0, 3_000), phase("recovery", 3_000, 9_000)];
    const at = (name: string, source: "redis" | "local" | "unlabelled", rows: Row[]): Row[] =>
      rows.map((row) => ({ ...row, phase: name, source }));
    const redis = [
      ...at("fault", "redis", letIn(100)),
      ...at("recovery", "redis", letIn(100, { fromMs: 3_200 })),
      ...at("recovery", "redis", letIn(100, { fromMs: 7_000 })),
    ];

    it("excuses answers given alone until their replica is back on Redis, and a window more", () => {
      const until = (fromMs: number) => [...redis, ...at("recovery", "local", letIn(5, { fromMs }))];
      expect(check(until(3_100), { phases, faults: [down] }).verdict).toBe("pass");
      expect(check(until(4_100), { phases, faults: [down] }).verdict).toBe("pass");
      expect(check(until(4_300), { phases, faults: [down] })).toMatchObject({
        verdict: "inconclusive",
        summary: expect.stringContaining("nothing was broken that explains it"),
      });
      expect(check(until(3_100), { phases, faults: [{ ...down, replicas: [1] }] }).verdict).toBe(
        "inconclusive",
      );
    });

    const times = { deadlineMs: 50, probeIntervalMs: 100 } as const;
    const open = { withoutRedis: { kind: "open", ...times } } as const;
    const closed = { withoutRedis: { kind: "closed", ...times } } as const;

    it("does not take an answer without a word for Redis's where a fallback is declared", () => {
      const silent = [...redis, ...at("fault", "unlabelled", letIn(150, { fromMs: 2_000 }))];
      expect(check(silent, { phases, faults: [down], promises: open }).verdict).toBe("pass");
    });

    it("blames nobody who declares nothing for an answer without a word, until a while after the heal", () => {
      const words = redis.map((row) => ({ ...row, source: "unlabelled" as const }));
      const silentAt = (fromMs: number) => [
        ...words,
        ...at("recovery", "unlabelled", letIn(150, { fromMs })),
      ];
      expect(check(silentAt(2_000), { phases, faults: [down] }).verdict).toBe("pass");
      expect(check(silentAt(5_500), { phases, faults: [down] }).verdict).toBe("pass");
      expect(check(silentAt(6_200), { phases, faults: [down] }).verdict).toBe("fail");
      expect(check(silentAt(2_000), { phases, faults: [{ ...down, replicas: [1] }] }).verdict).toBe("fail");
    });

    it("counts what says nothing near such a fault where the promise is kept with it", () => {
      const kept = at("fault", "unlabelled", letIn(100, { fromMs: 1_500 }));
      expect(check(kept, { phases: [phase("fault", 0, 3_000)], faults: [down] }).verdict).toBe("pass");
    });

    it("counts all that a closed limiter lets in, whatever it says of itself and whatever is broken", () => {
      for (const source of ["unlabelled", "local"] as const) {
        const opened = (fromMs: number) => [...redis, ...at("recovery", source, letIn(101, { fromMs }))];
        for (const fromMs of [1_500, 3_400, 6_000])
          expect(check(opened(fromMs), { phases, faults: [down], promises: closed }).verdict).toBe("fail");
      }
      expect(check(redis, { phases, faults: [down], promises: closed }).verdict).toBe("pass");
    });
  });
});
