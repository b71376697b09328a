import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import type { Claim, Evidence } from "../history/evidence.ts";
import { type EvidenceOptions, evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord, PhaseSpan } from "../history/history.ts";
import { exactLimiter } from "../promises/exact-limiter.ts";
import { simulatedRows } from "../promises/simulated-rows.ts";
import { noFalseDenials } from "./no-false-denials.ts";

const policy = { name: "per-second", limit: 100, windowMs: 1_000 };

/** `count` requests one after the other, a millisecond apart, each answered after `tookMs`. */
function answered(outcome: "allowed" | "denied", count: number, { fromMs = 0, tookMs = 2 } = {}): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    sentMs: fromMs + i,
    receivedMs: fromMs + i + tookMs,
    outcome,
  }));
}

const denied = (fromMs: number, more: Partial<Row> = {}): Row => ({
  sentMs: fromMs,
  receivedMs: fromMs + 2,
  outcome: "denied",
  ...more,
});

function check(rows: readonly Row[], options: Partial<EvidenceOptions> = {}) {
  return noFalseDenials().check(evidenceFromRows({ policy, rows, ...options }));
}

/** The same requests under a second policy. */
function withSecond(evidence: Evidence, limit: number): Evidence {
  const [claim] = evidence.claims;
  if (claim === undefined) throw new Error("there is one claim");
  const curve = { kind: "window", limit, windowMs: 60_000 } as const;
  const second: Claim = {
    ...claim,
    policy: { name: "per-minute", limit, windowMs: 60_000 },
    promises: { ...claim.promises, upper: curve, lower: curve },
  };
  return { ...evidence, claims: [claim, second] };
}

describe("no-false-denials", () => {
  it("acquits a limiter that denies once its limit is used up", () => {
    const finding = check([...answered("allowed", 100), ...answered("denied", 50, { fromMs: 200 })]);
    expect(finding).toMatchObject({ verdict: "pass", kind: "proof", checker: "no-false-denials" });
    expect(finding.numbers).toEqual({ wrongDenials: 0, judgedDenials: 50, resolvingPower: 0.01 });
  });

  it("convicts one denial too early, and shows all that could have been used", () => {
    const finding = check([
      ...answered("allowed", 99),
      denied(200),
      ...answered("allowed", 1, { fromMs: 300 }),
    ]);
    expect(finding.verdict).toBe("fail");
    expect(finding.summary).toBe(
      "hot was turned away although at most 99 of 100 could have been used; one denial was wrong",
    );
    expect(finding.witness).toMatchObject({
      policy: "per-second",
      untilMs: 202,
      cost: 99,
      bound: 100,
      rowCount: 100,
    });
    expect(finding.witness?.rows).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("convicts a denial after the window has passed on, not just before", () => {
    const rows = answered("allowed", 100, { tookMs: 0 });
    expect(check([...rows, denied(998)]).verdict).toBe("pass");
    expect(check([...rows, denied(1_000.01)]).verdict).toBe("fail");
  });

  it("takes every lost request to have consumed its cost, at any time", () => {
    const lost = Array.from({ length: 100 }, (_, i): Row => ({ sentMs: i }));
    expect(check([...answered("allowed", 60), ...lost, denied(5_000)]).verdict).not.toBe("fail");
    const proved = { quiescences: [{ replica: 0, atMs: 1_000 }] };
    const later: Row = { sentMs: 1_200, receivedMs: 1_201 };
    expect(check([...answered("allowed", 60), ...lost, later, denied(5_000)], proved).verdict).toBe("fail");
  });

  it("takes it that what a client kept for later may be charged after the heal, until something newer is answered", () => {
    const queued = Array.from(
      { length: 100 },
      (_, i): Row => ({ sentMs: 500 + i, receivedMs: 551 + i, outcome: "error" }),
    );
    const proved = { quiescences: [{ replica: 0, atMs: 1_000 }] };
    expect(check([...queued, denied(2_200)], proved).verdict).not.toBe("fail");
    const newer: Row = { sentMs: 1_300, receivedMs: 1_301 };
    expect(check([...queued, newer, denied(2_200)], proved).verdict).not.toBe("fail");
    expect(check([...queued, newer, denied(2_302)], proved).verdict).toBe("fail");
    const killed = {
      ...proved,
      lives: [
        { replica: 0, fromMs: 0, untilMs: 900 },
        { replica: 0, fromMs: 950, untilMs: null },
      ],
    };
    expect(check([...queued, denied(2_200)], killed).verdict).toBe("fail");
  });

  it("is inconclusive where every denial could be right by far", () => {
    const promised = { kind: "window", limit: 100, windowMs: 1_000 } as const;
    const sharp = simulatedRows({ promised, seed: 5, requests: 2_000, gapMs: 2, burstShare: 0 });
    const blunt = sharp.map((row) => ({
      ...row,
      sentMs: row.sentMs - 500,
      receivedMs: (row.receivedMs ?? 0) + 500,
    }));
    expect(check(sharp).verdict).toBe("pass");
    const finding = check(blunt);
    expect(finding.verdict).toBe("inconclusive");
    expect(finding.summary).toContain("even its sharpest denial would be right");
  });

  it("is inconclusive where nothing was denied, for then nothing could be denied wrongly", () => {
    const finding = check(answered("allowed", 100));
    expect(finding).toMatchObject({ verdict: "inconclusive" });
    expect(finding.summary).toContain("nothing was denied");
  });

  it("does not judge what could never be let in, nor what a replica denied by itself or while it was recovering", () => {
    expect(check([denied(10, { cost: 101 })]).verdict).toBe("inconclusive");
    const recovering = [denied(10, { source: "local" }), denied(900, { source: "redis" })];
    expect(check(recovering).verdict).toBe("inconclusive");
    expect(check([...recovering, denied(900, { source: "redis", replica: 1 })]).verdict).toBe("fail");
  });

  it("counts denials too where they consume", () => {
    const rows = [...answered("allowed", 60), ...answered("denied", 40, { fromMs: 100 }), denied(500)];
    expect(check(rows).verdict).toBe("fail");
    const consuming = [
      ...answered("allowed", 100),
      ...answered("denied", 190, { fromMs: 100 }),
      denied(1_150),
    ];
    expect(check(consuming).verdict).toBe("fail");
    expect(check(consuming, { promises: { deniedConsumes: true } }).verdict).toBe("pass");
    expect(
      check([...answered("allowed", 99), denied(200)], { promises: { deniedConsumes: true } }).verdict,
    ).toBe("fail");
  });

  it("calls a denial wrong that is wrong under every policy, or under the one it names", () => {
    const rows = [...answered("allowed", 99), denied(200)];
    expect(noFalseDenials().check(withSecond(evidenceFromRows({ policy, rows }), 99)).verdict).toBe("pass");
    expect(noFalseDenials().check(withSecond(evidenceFromRows({ policy, rows }), 200)).verdict).toBe("fail");
    const named = withSecond(evidenceFromRows({ policy, rows }), 99);
    named.history.requests.policy[99] = 0;
    expect(noFalseDenials().check(named)).toMatchObject({
      verdict: "fail",
      witness: { policy: "per-second" },
    });
    named.history.requests.policy[99] = 1;
    expect(noFalseDenials().check(named).verdict).toBe("pass");
  });

  it("demands a sharp denial in every phase that is named", () => {
    const phase = (name: string): PhaseSpan => ({
      name,
      fromMs: 0,
      untilMs: 1,
      model: "open",
      role: "judged",
    });
    const rows = [...answered("allowed", 100), denied(200)].map((row) => ({ ...row, phase: "burst" }));
    const evidence = evidenceFromRows({ policy, rows, phases: [phase("burst"), phase("calm")] });
    expect(noFalseDenials().check(evidence).summary).toContain('phase "calm"');
    expect(noFalseDenials({ phases: ["burst"] }).check(evidence).verdict).toBe("pass");
    expect(noFalseDenials({ phases: ["brust"] }).check(evidence).verdict).toBe("inconclusive");
  });

  it("cannot judge windows by a clock that was stepped", () => {
    expect(check([denied(0)], { clockDoubt: "the clock moved by 900 ms" })).toMatchObject({
      verdict: "inconclusive",
      summary: "Windows cannot be judged: the clock moved by 900 ms",
    });
  });

  it("convicts any denial of a limiter that never denies, and none of one that promises nothing", () => {
    const rows = [...answered("allowed", 500), denied(600)];
    const finding = check(rows, { promises: { lower: { kind: "unlimited" } } });
    expect(finding.verdict).toBe("fail");
    expect(finding.summary).toMatch(/ was turned away although nobody is promised to be; /);
    expect(check(rows.slice(0, 500), { promises: { lower: { kind: "unlimited" } } }).verdict).toBe(
      "not-applicable",
    );
    expect(check(rows, { promises: { lower: { kind: "none" } } }).verdict).toBe("not-applicable");
  });

  it("lets independent limiters deny as soon as one of them may be full", () => {
    const lower: Promised = {
      kind: "sum",
      parts: [
        { kind: "window", limit: 60, windowMs: 1_000 },
        { kind: "window", limit: 40, windowMs: 1_000 },
      ],
    };
    expect(check([...answered("allowed", 40), denied(100)], { promises: { lower } }).verdict).toBe("pass");
    expect(check([...answered("allowed", 39), denied(100)], { promises: { lower } }).verdict).toBe("fail");
  });

  it("never convicts an exact limiter whose denials consume", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const limiter = exactLimiter({ kind: "window", limit: 6, windowMs: 16 });
      const rows = Array.from({ length: 200 }, (_, i): Row => {
        const atMs = i * (0.5 + (seed % 7));
        const allowed = limiter.room(atMs) >= 1;
        limiter.consume(atMs, 1);
        return { sentMs: atMs - 0.25, receivedMs: atMs + 0.25, outcome: allowed ? "allowed" : "denied" };
      });
      const small = { name: "small", limit: 6, windowMs: 16 };
      expect(check(rows, { policy: small, promises: { deniedConsumes: true } }).verdict).not.toBe("fail");
    }
  });

  describe("by their own word without Redis", () => {
    const alone = (fromMs: number): Row => denied(fromMs, { source: "local" });
    const right = [
      ...answered("allowed", 100, { fromMs: 5_000 }).map((row) => ({ ...row, source: "redis" as const })),
      denied(5_500, { source: "redis", replica: 1 }),
    ];
    const times = { deadlineMs: 20, probeIntervalMs: 50 } as const;
    const local = { kind: "local", share: "equal", writesBack: false, ...times } as const;
    const down: FaultRecord = {
      name: "redis-down",
      legend: "Redis cannot be reached",
      replicas: [0],
      fromMs: 500,
      injectedMs: 500,
      healingMs: 1_500,
      untilMs: 1_500,
      losesState: "none",
      cutsOff: true,
      verified: "refused",
      healed: "answered",
    };

    it("make it inconclusive if they were wrong and no fault explains it, be a share declared or nothing", () => {
      for (const promises of [{}, { withoutRedis: local }]) {
        expect(check([...right, alone(2_000)], { promises })).toMatchObject({
          verdict: "inconclusive",
          summary: expect.stringContaining(
            "1 request was turned away without asking Redis, though there was room",
          ),
        });
        expect(check([...right, alone(1_000)], { promises, faults: [down] }).verdict).toBe("pass");
        const elsewhere = { promises, faults: [{ ...down, replicas: [1] }] };
        expect(check([...right, alone(1_000)], elsewhere).verdict).toBe("inconclusive");
      }
    });

    it("are right if they only remember what Redis denied", () => {
      expect(check([...right, alone(5_700)]).verdict).toBe("pass");
    });

    it("are judged as Redis's where nobody may deny alone, and where nobody ever asks Redis", () => {
      for (const kind of ["open", "closed"] as const) {
        const promises = { withoutRedis: { kind, ...times } };
        expect(check([...right, alone(2_000)], { promises, faults: [down] }).verdict).toBe("fail");
        expect(check([...right, alone(5_700)], { promises, faults: [down] }).verdict).toBe("pass");
        const silent = { promises, faults: [down] };
        expect(check([...right, denied(1_600)], silent).verdict).toBe("fail");
      }
      expect(check([alone(10)]).verdict).toBe("fail");
    });

    it("are nobody's near a fault for which nothing is declared, also if they do not say so", () => {
      const promises = {};
      expect(check([...right, denied(1_000)], { promises, faults: [down] }).verdict).toBe("pass");
      expect(
        check([...right, denied(4_600)], { promises, faults: [{ ...down, replicas: [1] }] }).verdict,
      ).toBe("fail");
    });
  });

  it("allows for what Redis may have been charged though the replica decided alone", () => {
    const withoutRedis = {
      kind: "local",
      share: "equal",
      writesBack: false,
      deadlineMs: 20,
      probeIntervalMs: 50,
    } as const;
    const alone = (tookMs: number): Row[] =>
      Array.from({ length: 60 }, (_, i) => ({
        sentMs: i,
        receivedMs: i + tookMs,
        outcome: "denied",
        source: "local",
      }));
    const redis = answered("allowed", 50, { fromMs: 200 }).map((row) => ({ ...row, replica: 1 }));
    const rows = (tookMs: number): Row[] => [...alone(tookMs), ...redis, denied(500, { replica: 1 })];
    const quiescences = [{ replica: 0, atMs: 100 }];
    const promises = { withoutRedis };
    expect(check(rows(1), { promises, quiescences }).verdict).toBe("fail");
    expect(check(rows(20), { promises, quiescences }).verdict).not.toBe("fail");
    const later = [...rows(20), denied(1_150, { replica: 1 })];
    expect(check(later, { promises, quiescences }).verdict).toBe("fail");
    expect(check(later, { promises }).verdict).not.toBe("fail");
  });
});
