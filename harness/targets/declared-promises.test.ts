import { describe, expect, it } from "vitest";
import { gcra } from "../../limiter/algorithms/gcra.ts";
import { slidingCounter } from "../../limiter/algorithms/sliding-counter.ts";
import { slidingLog } from "../../limiter/algorithms/sliding-log.ts";
import { declaredPromises, fallbackNames, promiseNames } from "./declared-promises.ts";

const policy = { name: "p", limit: 100, windowMs: 10_000 };
const plain = { fallback: null, clockIsUnread: false } as const;

describe("a declared promise", () => {
  it("has a curve of its kind", () => {
    const kinds = promiseNames.map((promise) => declaredPromises({ ...plain, promise })(policy).upper.kind);
    expect(kinds).toEqual(["window", "fixed", "fixed", "fixed", "two-counters", "rate", "rate", "none"]);
    expect(declaredPromises({ ...plain, promise: "first-hit-window" })(policy).lower).toMatchObject({
      phase: "first-hit",
    });
    expect(declaredPromises({ ...plain, promise: "clock-window" })(policy).upper).toMatchObject({
      phase: "epoch",
    });
    expect(declaredPromises({ ...plain, promise: "gcra" })({ ...policy, burst: 7 }).upper).toMatchObject({
      burst: 7,
    });
  });

  it("allows for a clock in whole milliseconds, and for more where nobody reads the clock", () => {
    const resolution = (clockIsUnread: boolean) =>
      declaredPromises({ ...plain, promise: "sliding-window", clockIsUnread })(policy).clockResolutionMs;
    expect(resolution(false)).toBe(1);
    expect(resolution(true)).toBe(7);
  });

  it("allows for longer steps of time where they are declared, and for denials that count", () => {
    const coarse = { ...plain, promise: "sliding-window", resolutionMs: 1_000 } as const;
    expect(declaredPromises(coarse)(policy)).toMatchObject({
      clockResolutionMs: 1_000,
      deniedConsumes: false,
    });
    expect(declaredPromises({ ...coarse, clockIsUnread: true })(policy).clockResolutionMs).toBe(1_006);
    const counting = { ...plain, promise: "first-hit-window", deniedConsumes: true } as const;
    expect(declaredPromises(counting)(policy)).toMatchObject({ clockResolutionMs: 1, deniedConsumes: true });
  });

  it("lets a counter round the window before down, which denies nothing more", () => {
    const { upper, lower } = declaredPromises({ ...plain, promise: "sliding-counter" })(policy);
    expect(upper).toMatchObject({ floorsPrevious: true });
    expect(lower).not.toHaveProperty("floorsPrevious");
  });

  it("leaves it open when a limiter stamps a request, and holds our own to stamping as it decides", () => {
    for (const promise of ["sliding-window", "sliding-counter", "gcra", "token-bucket"] as const) {
      const { upper, lower } = declaredPromises({ ...plain, promise })(policy);
      for (const curve of [upper, lower]) expect(curve).toMatchObject({ stampedBefore: true });
    }
    for (const { promises } of [slidingLog, slidingCounter, gcra])
      for (const curve of [promises(policy).upper, promises(policy).lower])
        expect(curve).not.toHaveProperty("stampedBefore");
  });

  it("says nothing of how long a key lives, which nobody declared", () => {
    for (const promise of promiseNames)
      expect(declaredPromises({ ...plain, promise })(policy)).not.toHaveProperty("stateHorizonMs");
  });

  it("says what happens without Redis only if that is said", () => {
    expect(declaredPromises({ ...plain, promise: "gcra" })(policy)).not.toHaveProperty("withoutRedis");
    for (const fallback of fallbackNames)
      expect(declaredPromises({ ...plain, promise: "gcra", fallback })(policy).withoutRedis).toMatchObject({
        kind: fallback,
        deadlineMs: 50,
        probeIntervalMs: 375,
        isReturnUndeclared: true,
      });
  });

  it("says how soon a limiter is back and what it adds only if that is said", () => {
    const silent = declaredPromises({ ...plain, promise: "gcra" })(policy);
    expect(silent.addsAtMostMs).toBeNull();
    const said = { returnsWithinMs: 1_500, addsAtMostMs: 80, fallback: "closed" } as const;
    const { addsAtMostMs, withoutRedis } = declaredPromises({ ...plain, ...said, promise: "gcra" })(policy);
    expect(addsAtMostMs).toBe(80);
    expect(withoutRedis).not.toHaveProperty("isReturnUndeclared");
    expect(2 * (withoutRedis?.probeIntervalMs ?? 0) + (withoutRedis?.deadlineMs ?? 0)).toBe(1_500);
  });
});
