import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asks } from "./asks.ts";
import type { Asking } from "./batch.ts";
import { Deciding } from "./deciding.ts";
import { keepDeciding } from "./keep-deciding.ts";
import { ALGORITHMS, type AlgorithmName } from "./limiter-options.ts";
import { limiterMetrics } from "./metrics.ts";
import { questions } from "./questions.ts";

/** One of two processes, whose Redis is gone. */
function alone(algorithm: AlgorithmName) {
  const policies = [{ name: "p", limit: 20, windowMs: 3_600_000 }];
  const put = questions(policies, { algorithm, prefix: "test" });
  const replica = { index: 0, count: 2 };
  const told = { add() {}, onKeys() {}, onRepaired() {} };
  const withoutRedis = keepDeciding({ policies, algorithm, put, replica, gateMs: 0, ...told });
  withoutRedis.lost(performance.now(), 0);
  const debts = { giveBack() {}, giveBackLater() {} };
  const context = { names: put.names, metrics: limiterMetrics(put.names), withoutRedis, ...debts };
  const sent: Asking[] = [];
  const { peek } = asks(put, () => ({ context, add: (asking) => sent.push(asking) }));
  return {
    withoutRedis,
    /** Undefined if Redis is asked. */
    async peek(subject: string, cost: number) {
      const asked = sent.length;
      const answer = peek(subject, cost);
      return sent.length > asked ? undefined : answer;
    },
    async decide(subject: string, cost: number) {
      const deciding = new Deciding(context, cost, put.keysOf(subject), undefined, "nowhere");
      return deciding.isDecided() ? deciding.promise : undefined;
    },
  };
}

describe("peek", () => {
  it.each(Object.keys(ALGORITHMS) as AlgorithmName[])(
    "says without Redis, and behind the gate, what decide then says (%s)",
    async (algorithm) => {
      const costs = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 9 });
      await fc.assert(
        fc.asyncProperty(costs, costs, async (lost, gated) => {
          const { withoutRedis, peek, decide } = alone(algorithm);
          const compare = async (cost: number): Promise<void> => {
            const [foreseen, decided] = [await peek("alice", cost), await decide("alice", cost)];
            expect(foreseen?.outcome).toBe(decided?.outcome);
            expect(foreseen?.source).toBe(decided?.source);
            const spent = decided?.outcome === "allowed" ? cost : 0;
            expect((foreseen?.remaining ?? 0) - spent).toBe(decided?.remaining ?? 0);
          };
          for (const cost of lost) await compare(cost);
          withoutRedis.recovered(performance.now(), new Promise(() => {}));
          for (const cost of gated) await compare(cost);
          // A share of the limit is ten.
          expect(await peek("alice", 11)).toMatchObject({ outcome: "denied", source: "local" });
          expect(await peek("bob", 10)).toBeUndefined();
        }),
        { numRuns: 50 },
      );
    },
  );
});
