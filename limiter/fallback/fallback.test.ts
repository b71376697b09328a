import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFallback, type FallbackAlgorithm, type FallbackOptions } from "./fallback.ts";

const WINDOW_US = 1_000_000;
const T0 = 10 * WINDOW_US;

const fallback = (options: Partial<FallbackOptions> = {}) =>
  createFallback({
    policy: { name: "p", limit: 20, windowMs: 1_000 },
    algorithm: "sliding-log",
    replicaIndex: 0,
    replicaCount: 2,
    ...options,
  });

const reply = (remaining: number, admitted: number, atUs: number) => ({
  remaining,
  admitted,
  sentUs: atUs,
  receivedUs: atUs,
  resetUs: WINDOW_US / 2,
});

/** How much of `key` is admitted at `nowUs`, one by one. */
function admitted(local: ReturnType<typeof fallback>, key: string, nowUs: number): number {
  let count = 0;
  while (count < 1_000 && local.decide(key, 1, nowUs).allowed) count++;
  return count;
}

const ALGORITHMS: readonly FallbackAlgorithm[] = ["sliding-log", "sliding-counter", "gcra", "fixed-window"];

describe.each(ALGORITHMS)("the fallback of %s", (algorithm) => {
  it("admits its share of a key of which nothing is known", () => {
    const local = fallback({ algorithm });
    local.lost(T0);
    expect(admitted(local, "alice", T0)).toBe(10);
  });

  it("admits its share of what remained", () => {
    const local = fallback({ algorithm });
    local.learn("alice", reply(7, 1, T0 - 1_000));
    local.lost(T0);
    expect(admitted(local, "alice", T0)).toBe(3);
  });

  it("is back at its share when what was known no longer matters", () => {
    const local = fallback({ algorithm });
    local.learn("alice", reply(0, 1, T0 - 1_000));
    local.lost(T0);
    expect(admitted(local, "alice", T0)).toBe(0);
    expect(admitted(local, "alice", T0 + WINDOW_US)).toBe(10);
  });

  it("tells the exact wait: then it admits, a microsecond sooner it does not", () => {
    const local = fallback({ algorithm });
    local.learn("alice", reply(9, 3, T0 - 300_000));
    local.lost(T0);
    admitted(local, "alice", T0 + 5_000);
    const { waitUs, allowed } = local.decide("alice", 2, T0 + 10_000);
    expect(allowed).toBe(false);
    expect(local.waitUs("alice", 2, T0 + 10_000 + waitUs - 1)).toBeGreaterThan(0);
    expect(local.waitUs("alice", 2, T0 + 10_000 + waitUs)).toBe(0);
  });

  it("never admits what is more than its share", () => {
    const local = fallback({ algorithm });
    local.lost(T0);
    expect(local.decide("alice", 11, T0)).toMatchObject({ allowed: false, waitUs: Infinity, remaining: 10 });
  });

  it("hands over what it admitted once, and again if Redis did not take it", () => {
    const local = fallback({ algorithm });
    local.lost(T0);
    for (const key of ["alice", "bob", "carol"]) local.decide(key, 2, T0);
    local.recovered(T0 + 1);
    const batches = [...local.repairs(T0 + 1, 2)];
    expect(batches.map(({ repairs }) => repairs.length)).toEqual([2, 1]);
    expect(batches.flatMap(({ repairs }) => repairs.flatMap(({ entries }) => entries))).toEqual(
      Array(3).fill({ ageUs: algorithm === "gcra" ? 0 : 1, cost: 2 }),
    );
    expect([...local.repairs(T0 + 2, 2)]).toEqual([]);
    for (const batch of batches) local.putBack(batch);
    expect([...local.repairs(T0 + 2, 9)][0]?.repairs).toHaveLength(3);
  });

  it("keeps the gate until it is forgotten, and takes back what Redis denied", () => {
    const local = fallback({ algorithm });
    local.lost(T0);
    expect(admitted(local, "alice", T0)).toBe(10);
    local.recovered(T0 + 1);
    expect(local.gate("alice", 1, T0 + 1).allowed).toBe(false);
    expect(local.gate("bob", 10, T0 + 1).allowed).toBe(true);
    expect(local.gate("bob", 1, T0 + 1).allowed).toBe(false);
    local.release("bob", 10, "gated");
    expect(local.gate("bob", 10, T0 + 1).allowed).toBe(true);
    local.forget(T0 + 2);
    expect(local.phase).toBe("redis");
  });

  it("gives an outage right after another no fresh share", () => {
    const local = fallback({ algorithm });
    local.lost(T0);
    expect(admitted(local, "alice", T0)).toBe(10);
    local.recovered(T0 + 1);
    expect([...local.repairs(T0 + 1, 9)]).toHaveLength(1);
    local.forget(T0 + 2);
    local.learn("bob", reply(20, 0, T0 + 3));
    local.lost(T0 + 4);
    expect(admitted(local, "alice", T0 + 4)).toBe(0);
  });

  it("knows what to write back into a Redis that lost its data", () => {
    const local = fallback({ algorithm });
    local.learn("alice", reply(15, 5, T0));
    const [batch] = [...local.everything(T0, 9)];
    expect(batch?.repairs).toEqual([{ key: "alice", entries: [{ ageUs: 0, cost: 5 }], overflowed: false }]);
  });

  it("writes back what it had admitted until then, once, and not what comes after", () => {
    const local = fallback({ algorithm });
    for (const key of ["alice", "bob"]) local.learn(key, reply(15, 5, T0));
    local.lost(T0 + 1);
    local.decide("bob", 1, T0 + 1);
    const batches = local.everything(T0 + 2, 9);
    local.recovered(T0 + 2);
    local.learn("alice", reply(19, 1, T0 + 3));
    const told = [...batches].flatMap(({ repairs }) => repairs);
    const costs = told.map(({ key, entries }) => [key, entries.reduce((sum, { cost }) => sum + cost, 0)]);
    expect(new Map(costs as [string, number][])).toEqual(
      new Map([
        ["alice", 5],
        ["bob", 6],
      ]),
    );
    expect([...local.repairs(T0 + 4, 9)]).toEqual([]);
    local.lost(T0 + 5);
    expect([...local.everything(T0 + 5, 9)].flatMap(({ repairs }) => repairs)).toHaveLength(2);
  });

  it("does not write back what Redis has given back, or has forgotten", () => {
    const local = fallback({ algorithm });
    for (const key of ["alice", "bob", "carol"]) local.learn(key, reply(15, 5, T0));
    local.refunded("alice", 5);
    local.reset("bob", T0);
    const told = [...local.everything(T0, 9)].flatMap(({ repairs }) => repairs);
    expect(told.map(({ key }) => key)).toEqual(["carol"]);
  });

  it("admits after a refund nothing that it would not have admitted, had the charge never been made", () => {
    const step = fc.record({
      afterUs: fc.integer({ min: 16_000, max: 300_000 }),
      cost: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.nat(300_000),
        fc.constantFrom(1, 1_000),
        (steps, waits, pick, moreUs, maxKeys) => {
          const [asked, refunded, never] = [1, 2, 3].map(() => fallback({ algorithm, maxKeys }));
          if (asked === undefined || refunded === undefined || never === undefined) return;
          for (const one of [asked, refunded, never]) {
            // Has the only place, where there is but one.
            one.learn("other", reply(20, 0, T0));
            one.lost(T0);
          }
          let nowUs = T0;
          const admitted = steps.flatMap(({ afterUs, cost }) => {
            nowUs += afterUs;
            return asked.decide("alice", cost, nowUs).allowed ? [{ atUs: nowUs, cost }] : [];
          });
          const charge = admitted[pick % Math.max(1, admitted.length)];
          if (charge === undefined) return;
          for (const { atUs, cost } of admitted) refunded.admit("alice", cost, atUs, "local");
          const part = 1 + (moreUs % charge.cost);
          refunded.undo("alice", part, charge.atUs - moreUs, nowUs);
          for (const one of admitted) {
            const cost = one === charge ? one.cost - part : one.cost;
            if (cost > 0) never.admit("alice", cost, one.atUs, "local");
          }
          for (const waitUs of waits) {
            nowUs += waitUs;
            expect(refunded.remaining("alice", nowUs)).toBeLessThanOrEqual(never.remaining("alice", nowUs));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("gives back at once what was just charged, and tells Redis nothing of it", () => {
    for (const maxKeys of [1, 9]) {
      const local = fallback({ algorithm, maxKeys });
      local.learn("other", reply(20, 0, T0));
      local.lost(T0);
      expect(admitted(local, "alice", T0)).toBe(10);
      local.undo("alice", 1, T0, T0);
      expect(admitted(local, "alice", T0)).toBe(1);
      for (let i = 0; i < 10; i++) local.undo("alice", 1, T0, T0);
      local.recovered(T0 + 1);
      expect([...local.repairs(T0 + 1, 9)].flatMap(({ repairs }) => repairs)).toEqual([]);
    }
  });

  it("says how much it took back: a part of a charge too, and nothing of what Redis had charged", () => {
    for (const maxKeys of [1, 9]) {
      const local = fallback({ algorithm, maxKeys });
      local.learn("other", reply(20, 0, T0));
      local.learn("bob", reply(16, 4, T0));
      local.lost(T0);
      const free = local.remaining("alice", T0);
      expect(local.undo("bob", 4, Number.NEGATIVE_INFINITY, T0)).toBe(0);
      expect(local.remaining("alice", T0)).toBe(free);
      local.decide("alice", 2, T0);
      local.decide("alice", 5, T0);
      expect(local.undo("alice", 3, T0, T0)).toBe(3);
      expect(local.remaining("alice", T0)).toBe(free - 4);
      local.recovered(T0 + 1);
      const told = [...local.repairs(T0 + 1, 9)].flatMap(({ repairs }) => repairs);
      expect(told.flatMap(({ entries }) => entries).reduce((sum, { cost }) => sum + cost, 0)).toBe(4);
    }
  });

  it("takes back no more than was charged", () => {
    for (const maxKeys of [1, 9]) {
      const local = fallback({ algorithm, maxKeys });
      local.learn("other", reply(20, 0, T0));
      local.lost(T0);
      local.decide("alice", 4, T0);
      expect([1, 9, 9].map((cost) => local.undo("alice", cost, T0, T0))).toEqual([1, 3, 0]);
      expect(local.remaining("alice", T0)).toBe(10);
    }
  });

  it("shares one bucket among keys that find no place, and evicts no live key for them", () => {
    const local = fallback({ algorithm, maxKeys: 2 });
    local.learn("alice", reply(0, 1, T0 - 2));
    local.learn("bob", reply(20, 0, T0 - 1));
    local.lost(T0);
    let others = 0;
    for (let i = 0; i < 1_000; i++) if (local.decide(`stranger ${i}`, 1, T0).allowed) others++;
    expect(others).toBe(10);
    expect(local.keys).toBe(2);
    expect(local.decide("alice", 1, T0).allowed).toBe(false);
    local.recovered(T0 + 1);
    expect([...local.repairs(T0 + 1, 99)].flatMap(({ repairs }) => repairs)).toHaveLength(10);
  });

  it("makes room for new keys when old ones no longer matter", () => {
    const local = fallback({ algorithm, maxKeys: 2 });
    local.learn("alice", reply(0, 1, T0));
    local.learn("bob", reply(0, 1, T0));
    local.learn("carol", reply(4, 1, T0 + 3 * WINDOW_US));
    local.lost(T0 + 3 * WINDOW_US);
    expect(admitted(local, "carol", T0 + 3 * WINDOW_US)).toBe(2);
  });
});

describe("observed shares", () => {
  it("let a replica admit again what it had been admitting itself", () => {
    const local = fallback({ share: "observed" });
    local.learn("alice", reply(0, 20, T0 - 500_000));
    local.lost(T0);
    expect(admitted(local, "alice", T0)).toBe(0);
    expect(admitted(local, "alice", T0 + 600_000)).toBe(20);
  });

  it("return to the share three windows after the loss", () => {
    const local = fallback({ share: "observed" });
    local.learn("alice", reply(0, 0, T0));
    local.lost(T0);
    expect(admitted(local, "alice", T0 + 2.9 * WINDOW_US)).toBe(0);
    expect(admitted(local, "alice", T0 + 3 * WINDOW_US)).toBe(10);
  });
});

describe("a late answer to what was asked before the loss", () => {
  it("is learnt", () => {
    const local = fallback();
    local.lost(T0);
    expect(local.remaining("alice", T0)).toBe(10);
    local.learn("alice", { remaining: 4, admitted: 1, sentUs: T0 - 50, receivedUs: T0 + 50 });
    expect(admitted(local, "alice", T0 + 50)).toBe(2);
  });
});

describe("several policies of one request", () => {
  it("are tested together and charged together", () => {
    const [second, minute] = [fallback(), fallback({ policy: { name: "m", limit: 2, windowMs: 60_000 } })];
    const both = [second, minute];
    for (const policy of both) policy.lost(T0);
    const decide = () => {
      const allowed = both.every((policy) => policy.waitUs("alice", 1, T0) === 0);
      if (allowed) for (const policy of both) policy.admit("alice", 1, T0, "local");
      return allowed;
    };
    expect([decide(), decide()]).toEqual([true, false]);
    expect(second.remaining("alice", T0)).toBe(9);
  });
});
