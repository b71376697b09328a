import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import { noFalseDenials } from "../checkers/no-false-denials.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import { seededRandom } from "../load/random.ts";

const policy = { name: "stamped", limit: 8, windowMs: 64 };

/** A log whose callers bring their stamps with them: it decides in another order, and may keep what has expired. */
interface StampedLog {
  readonly seed: number;
  readonly requests: number;
  readonly gapMs: number;
  /** Longest way, in milliseconds; one in twenty takes ten times as long. */
  readonly latencyMs: number;
  readonly limit?: number;
  /** Counts what is younger than a window, and removes nothing. @default what is older is removed for good */
  readonly keeps?: boolean;
}

function rowsOf({
  seed,
  requests,
  gapMs,
  latencyMs,
  limit = policy.limit,
  keeps = false,
}: StampedLog): Row[] {
  const random = seededRandom(seed, "stamped-log");
  let lastMs = 1_000;
  const sent = Array.from({ length: requests }, () => {
    lastMs += gapMs * 2 * random() * (random() < 0.03 ? 30 : 1);
    const wayMs = latencyMs * random() * (random() < 0.05 ? 10 : 1);
    const [first = 0, second = 0] = [random(), random()].sort((a, b) => a - b);
    return {
      sentMs: lastMs,
      stampMs: lastMs + first * wayMs,
      atMs: lastMs + second * wayMs,
      receivedMs: lastMs + wayMs,
    };
  });
  let stamps: number[] = [];
  const decided = sent
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ sentMs, stampMs, receivedMs }): Row => {
      const live = stamps.filter((stamp) => stamp > stampMs - policy.windowMs);
      if (!keeps) stamps = live;
      const allowed = live.length < limit;
      if (allowed) stamps.push(stampMs);
      return { subject: "key", sentMs, receivedMs, outcome: allowed ? "allowed" : "denied" };
    });
  return decided.sort((a, b) => a.sentMs - b.sentMs);
}

function judged(log: StampedLog, stampedBefore: boolean) {
  const curve: Promised = { kind: "window", limit: policy.limit, windowMs: policy.windowMs, stampedBefore };
  const evidence = evidenceFromRows({ policy, promises: { upper: curve, lower: curve }, rows: rowsOf(log) });
  return { bound: withinBound().check(evidence), denials: noFalseDenials().check(evidence) };
}

function logAt(seed: number): StampedLog {
  const gapMs = [1, 3, 6][seed % 3] ?? 1;
  return { seed, requests: 200, gapMs, latencyMs: [1, 5, 20][(seed >> 2) % 3] ?? 1, keeps: seed % 2 === 0 };
}

const seeds = Array.from({ length: 400 }, (_, seed) => seed + 1);

describe("a sliding log whose stamps are older than its decisions", () => {
  it("is never convicted, wherever it was stamped, and whatever it keeps", () => {
    for (const seed of seeds) {
      const { bound, denials } = judged(logAt(seed), true);
      expect(bound.verdict, `seed ${seed}: ${bound.summary}`).not.toBe("fail");
      expect(denials.verdict, `seed ${seed}: ${denials.summary}`).not.toBe("fail");
    }
  });

  it("breaks what a log promises that stamps as it decides", () => {
    const broken = seeds.map((seed) => judged(logAt(seed), false));
    expect(broken.some(({ bound }) => bound.verdict === "fail")).toBe(true);
    expect(broken.some(({ denials }) => denials.verdict === "fail")).toBe(true);
  });

  it.each([
    ["passes with its own limit", 8, "pass"],
    ["is convicted of one more", 9, "fail"],
    ["is convicted of one less", 7, "inconclusive"],
  ] as const)("%s, if it is asked often and answers quickly", (_, limit, bound) => {
    for (let seed = 1; seed <= 20; seed++) {
      const found = judged({ seed, requests: 400, gapMs: 2, latencyMs: 0.2, limit }, true);
      expect(found.bound.verdict, found.bound.summary).toBe(bound);
      expect(found.denials.verdict === "fail", found.denials.summary).toBe(limit < policy.limit);
    }
  });

  it("is convicted of what a span shorter than a window holds, however long one answer took", () => {
    const rows = Array.from({ length: 9 }, (_, i) => ({ sentMs: 2 * i, receivedMs: 2 * i + 1 }));
    const slow = { sentMs: 200, receivedMs: 900 };
    const curve: Promised = { kind: "window", limit: 8, windowMs: 64, stampedBefore: true };
    const evidence = evidenceFromRows({
      policy,
      promises: { upper: curve, lower: curve },
      rows: [...rows, slow].map((row) => ({ ...row, subject: "key", outcome: "allowed" as const })),
    });
    expect(withinBound().check(evidence).verdict).toBe("fail");
  });
});
