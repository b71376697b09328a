import { describe, expect, it } from "vitest";
import type { Algorithm } from "../../limiter/algorithms/algorithm.ts";
import { fixedWindow } from "../../limiter/algorithms/fixed-window.ts";
import { gcra } from "../../limiter/algorithms/gcra.ts";
import { slidingCounter } from "../../limiter/algorithms/sliding-counter.ts";
import { slidingLog } from "../../limiter/algorithms/sliding-log.ts";
import type { Promises } from "../../limiter/promised.ts";
import { clockStepsOf } from "../history/clock-steps.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord } from "../history/history.ts";
import { type Random, seededRandom } from "../load/random.ts";
import { exactLimiter } from "../promises/exact-limiter.ts";
import { noFalseDenials } from "./no-false-denials.ts";
import { withinBound } from "./within-bound.ts";

const policy = { name: "simulated", limit: 8, windowMs: 40 };

/** Decides at `clockMs` of a clock that may be set; true lets in. */
type Limiter = (clockMs: number, cost: number) => boolean;

function ours({ local }: Algorithm): Limiter {
  const state = local(policy);
  return (clockMs, cost) => state.decide(Math.round(clockMs * 1_000), cost).allowed;
}

/** Believes every clock. */
function naive(promises: Promises): Limiter {
  const limiter = exactLimiter(promises.upper);
  return (clockMs, cost) => {
    const allowed = cost <= limiter.room(clockMs);
    if (allowed) limiter.consume(clockMs, cost);
    return allowed;
  };
}

function stepAt(fromMs: number, untilMs: number, byMs: number, random: Random): FaultRecord {
  const instant = { injectedMs: fromMs + random(), untilMs: untilMs + random() };
  return {
    name: "redis-clock",
    legend: "",
    replicas: [0],
    fromMs,
    healingMs: untilMs,
    ...instant,
    losesState: "none",
    clockStepMs: byMs,
    verified: "seen",
    healed: "seen",
  };
}

/** Two steps of the clock, and what clients saw of `limiter`; everything is drawn from `seed`. */
function story(seed: number, limiter: Limiter, inStep: boolean) {
  const random = seededRandom(seed, "stepped-clock");
  const by = (): number => {
    const byMs = (random() < 0.5 ? -1 : 1) * Math.ceil(random() * ([8, 200, 4_000][seed % 3] ?? 8));
    return inStep ? Math.sign(byMs) * policy.windowMs * Math.ceil(Math.abs(byMs) / policy.windowMs) : byMs;
  };
  const faults = [stepAt(300, 500, by(), random), stepAt(650, 800, by(), random)];
  const steps = clockStepsOf(faults).map((step) => ({
    ...step,
    atMs: step.fromMs + random() * (step.untilMs - step.fromMs),
  }));
  const latencyMs = [0.1, 1, 6][(seed >> 1) % 3] ?? 1;
  const gapMs = [1, 3, 12][(seed >> 2) % 3] ?? 1;
  const rows: Row[] = [];
  for (let atMs = 100 + random(); atMs < 1_400; atMs += gapMs * 2 * random() * (random() < 0.03 ? 12 : 1)) {
    const taken = steps.filter((step) => step.atMs <= atMs);
    const clockMs = 1_000_000 + atMs + taken.reduce((sum, { byMs }) => sum + byMs, 0);
    const cost = 1 + Math.floor(random() * 2);
    const outcome = limiter(clockMs, cost) ? "allowed" : "denied";
    rows.push({
      sentMs: atMs - random() * latencyMs,
      receivedMs: atMs + random() * latencyMs,
      cost,
      outcome,
    });
  }
  return { faults, rows };
}

function judged(seed: number, limiter: Limiter, promises: Promises, inStep: boolean) {
  const { faults, rows } = story(seed, limiter, inStep);
  const widthMs = inStep ? 0 : 10_000;
  const evidence = evidenceFromRows({
    policy,
    promises,
    rows,
    faults,
    slackMs: 0.01,
    epochOffsetMs: { atLeast: 1_000_000 - widthMs, atMost: 1_000_000 + widthMs },
  });
  return [withinBound().check(evidence), noFalseDenials().check(evidence)];
}

describe.each([slidingLog, gcra, fixedWindow, slidingCounter])(
  "when Redis's clock is set, $name",
  (algorithm) => {
    const promises: Promises = algorithm.promises(policy);
    const { outlastsStepBackMs: _, ...undeclared } = promises;

    it("is acquitted of what it declares", () => {
      for (let seed = 1; seed <= 200; seed++)
        for (const finding of judged(seed, ours(algorithm), promises, seed % 4 !== 0))
          expect(finding.verdict, `seed ${seed}: ${finding.summary}`).not.toBe("fail");
    });

    it("is acquitted though it believes every clock, where it declares nothing", () => {
      for (let seed = 1; seed <= 200; seed++)
        for (const finding of judged(seed, naive(promises), undeclared, seed % 4 !== 0))
          expect(finding.verdict, `seed ${seed}: ${finding.summary}`).not.toBe("fail");
    });

    it("is convicted if it believes every clock though it declares otherwise", () => {
      const convicted = Array.from({ length: 40 }, (_, seed) =>
        judged(seed + 1, naive(promises), promises, true).some(({ verdict }) => verdict === "fail"),
      );
      expect(convicted.filter((one) => one).length).toBeGreaterThan(5);
    });
  },
);
