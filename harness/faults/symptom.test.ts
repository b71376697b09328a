import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProbeAnswer } from "./redis-probe.ts";
import { isAffected, isSound, type PathLook, type Symptom, timesToAsk } from "./symptom.ts";

const answered = (tookMs: number): ProbeAnswer => ({ kind: "answered", tookMs, reply: "PONG" });
const late: Symptom = {
  question: "PING",
  ask: async () => answered(0),
  withinMs: 1_000,
  shows: ({ tookMs }, usualMs) => tookMs >= usualMs + 40,
  says: () => "late",
};
const answer: fc.Arbitrary<ProbeAnswer> = fc.oneof(
  fc.double({ min: 0, max: 100, noNaN: true }).map(answered),
  fc.constantFrom<ProbeAnswer>({ kind: "refused", tookMs: 1 }, { kind: "silent", tookMs: 300 }),
);
const symptom = fc
  .record({
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    chance: fc.constantFrom("certain" as const, "jitter" as const),
  })
  .map((options): Symptom => ({ ...late, ...options }));
const seen = symptom.chain((chosen) => {
  const answers = fc.array(answer, { minLength: timesToAsk(chosen), maxLength: timesToAsk(chosen) });
  return fc
    .record({ replica: fc.constant(0), before: answers, now: answers })
    .map((look) => ({ look, chosen }));
});

describe("a symptom", () => {
  it("is never there and away at once", async () => {
    await fc.assert(
      fc.property(seen, ({ look, chosen }) => {
        expect(isAffected(look, chosen) && isSound(look, chosen)).toBe(false);
      }),
    );
  });

  it("is not there for a share of nothing", () => {
    const now = Array.from({ length: 3 }, () => answered(90));
    expect(isAffected({ replica: 0, before: [answered(1)], now }, { ...late, share: 0 })).toBe(false);
  });

  const look = (now: readonly number[]): PathLook => ({
    replica: 0,
    before: [1, 1, 1].map(answered),
    now: now.map(answered),
  });

  it("must be on every connection where it is certain: one that a stall made late shows nothing", () => {
    expect(isAffected(look([41, 99, 50, 60, 41]), late)).toBe(true);
    expect(isAffected(look([41, 99, 1, 50, 60]), late)).toBe(false);
    expect(isSound(look([1, 99, 1, 99, 2]), late)).toBe(true);
  });
});
