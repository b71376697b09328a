import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter.ts";
import type { AskOptions, Subject } from "./asked-limiter.ts";
import { attachCharge, chargeOf, RequestCharge } from "./charge.ts";
import { countingLimiter } from "./counting-limiter.ts";

/** A charge of `cost` under a limit of 10. */
async function charged(cost: number) {
  const limiter = countingLimiter(10);
  const decision = await limiter.decide("alice", cost);
  return {
    limiter,
    decision,
    charge: new RequestCharge(limiter, decision, "alice", cost, undefined, performance.now()),
  };
}

describe("a charge", () => {
  it("is corrected as often as the cost is known better", async () => {
    const { limiter, charge } = await charged(6);
    for (const actual of [2, 2, 9, 0, 10]) {
      expect(await charge.settle(actual)).toBe(true);
      expect([charge.cost, limiter.charged("alice")]).toEqual([actual, actual]);
    }
  });

  it("stays what it was when there is no room for more", async () => {
    const { limiter, charge } = await charged(6);
    await limiter.decide("alice", 3);
    expect(await charge.settle(8)).toBe(false);
    expect([charge.cost, limiter.charged("alice")]).toEqual([6, 9]);
  });

  it("gives nothing back twice, however many settle at once", async () => {
    const { limiter, charge } = await charged(6);
    await Promise.all([charge.settle(1), charge.settle(1), charge.settle(0), charge.settle(0)]);
    expect([charge.cost, limiter.charged("alice")]).toEqual([0, 0]);
  });

  it("gives back nothing that is still being asked for, and never what was not charged", async () => {
    const { limiter, charge } = await charged(6);
    expect(await Promise.all([charge.settle(12), charge.settle(0)])).toEqual([false, true]);
    expect([charge.cost, limiter.charged("alice")]).toEqual([0, 0]);
  });

  it("says what is charged, in whatever order and however slowly it is settled", async () => {
    const settles = fc.array(fc.record({ actual: fc.nat(14), waits: fc.nat(3) }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(settles, fc.nat(4), async (asked, others) => {
        const { limiter, decision } = await charged(6);
        if (others > 0) await limiter.decide("alice", others);
        const slow = {
          ...limiter,
          async decide(...question: Parameters<typeof limiter.decide>) {
            await nextTurn();
            return limiter.decide(...question);
          },
        };
        const charge = new RequestCharge(slow, decision, "alice", 6, undefined, performance.now());
        const answers: { readonly actual: number; readonly isSettled: Promise<boolean> }[] = [];
        for (const { actual, waits } of asked) {
          answers.push({ actual, isSettled: charge.settle(actual) });
          for (let i = 0; i < waits; i++) await nextTurn();
        }
        let last = 6;
        for (const { actual, isSettled } of answers) if (await isSettled) last = actual;
        expect([charge.cost, limiter.charged("alice")]).toEqual([last, last + others]);
      }),
    );
  });

  it("goes on after a limiter that broke, with what it had charged until then", async () => {
    const { limiter, decision } = await charged(6);
    let isBroken = true;
    const broken = {
      ...limiter,
      async decide(...question: Parameters<typeof limiter.decide>) {
        if (isBroken) throw new Error("broken");
        return limiter.decide(...question);
      },
    };
    const charge = new RequestCharge(broken, decision, "alice", 6, undefined, performance.now());
    await expect(charge.settle(8)).rejects.toThrow("broken");
    isBroken = false;
    expect([charge.cost, await charge.settle(9), charge.cost]).toEqual([6, true, 9]);
    expect(limiter.charged("alice")).toBe(9);
  });

  it("refuses costs that are none, and to give back what the limiter cannot", async () => {
    const { limiter, decision, charge } = await charged(6);
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(charge.settle(wrong)).rejects.toThrow(RangeError);
    }
    const { refund: _, ...poor } = limiter;
    const fixed = new RequestCharge(poor, decision, "alice", 6, undefined, performance.now());
    await expect(fixed.settle(5)).rejects.toThrow(TypeError);
    expect([fixed.cost, await fixed.settle(6)]).toEqual([6, true]);
  });

  it("is nothing where the policies let in without charging, and is not given back", async () => {
    const { limiter, decision } = await charged(6);
    const letIn = { ...decision, source: "local", quotas: [] } as const;
    const charge = new RequestCharge(limiter, letIn, "alice", 6, undefined, performance.now());
    expect([charge.cost, await charge.settle(2), charge.cost]).toEqual([0, true, 0]);
    // What comes on top is asked for, and is all that can be given back.
    expect([await charge.settle(5), charge.cost]).toEqual([true, 3]);
    expect([await charge.settle(0), charge.cost, limiter.charged("alice")]).toEqual([true, 0, 6]);
  });

  it("is one decision in the metrics, however it is settled", async () => {
    const policies = [{ name: "p", limit: 10, windowMs: 60_000 }];
    await using limiter = createLimiter({ redis: "redis://127.0.0.1:1", policies });
    // From then on it is known that Redis is away.
    await limiter.decide("nobody", 11);
    const sinceMs = performance.now();
    const decision = await limiter.decide("alice", 5);
    const before = await limiter.registry.metrics();
    expect(before).toContain('rate_limiter_throttled_total{policy="p"} 1\n');
    expect(before).toContain('outcome="allowed",source="local"} 1\n');
    const charge = new RequestCharge(limiter, decision, "alice", 5, undefined, sinceMs);
    expect([await charge.settle(11), await charge.settle(9), await charge.settle(0)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await limiter.registry.metrics()).toBe(before);
  });

  it("tells of each refund which decision had charged it", async () => {
    const { limiter, decision } = await charged(2);
    const corrected: [number, AskOptions | undefined][] = [];
    const noting = {
      ...limiter,
      async refund(subject: Subject, cost: number, options?: AskOptions) {
        corrected.push([cost, options]);
        return limiter.refund(subject, cost);
      },
    };
    const limits = { burst: { limit: 9 } };
    const charge = new RequestCharge(noting, decision, "alice", 2, { limits }, performance.now());
    await charge.settle(6);
    await charge.settle(1);
    expect(corrected.map(([cost, options]) => [cost, options?.corrects?.remaining, options?.limits])).toEqual(
      [
        [1, 8, limits],
        [4, 3, limits],
      ],
    );
  });

  it("is found on the request that it was attached to", async () => {
    const { charge } = await charged(1);
    const request = {};
    expect(chargeOf(request)).toBeUndefined();
    attachCharge(request, charge);
    expect(chargeOf(request)).toBe(charge);
    expect(Object.keys(request)).toEqual([]);
  });
});
