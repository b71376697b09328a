import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { slotOf } from "../../limiter/cluster/slot-of.ts";
import type { Decision } from "../../limiter/decision.ts";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import type { AlgorithmName, LimiterOptions, LimiterPolicy } from "../../limiter/limiter-options.ts";
import { type OwnRedisCluster, startOwnRedisCluster } from "../system/redis-cluster.ts";
import { until } from "../system/until.ts";

const REPLICAS = 3;
const LIMIT = 60;
const MONTH_MS = 2_592_000_000;
const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(runFolder, { recursive: true }));

const rejections: unknown[] = [];
const noteRejection = (reason: unknown) => void rejections.push(reason);
beforeEach(() => {
  rejections.length = 0;
  process.on("unhandledRejection", noteRejection);
});
afterEach(() => {
  process.off("unhandledRejection", noteRejection);
  expect(rejections).toEqual([]);
});

/** Gateways that share the limits. What is judged here is what is counted, not how fast this machine is. */
async function gateways(cluster: OwnRedisCluster, options: Partial<LimiterOptions> = {}) {
  const prefix = `test-${prefixes++}`;
  const limiters = await Promise.all(
    Array.from({ length: REPLICAS }, async (_, index) => {
      const limiter = createLimiter({
        redis: { cluster: cluster.urls },
        policies: [{ name: "p", limit: LIMIT, windowMs: MONTH_MS }],
        prefix,
        deadlineMs: 500,
        replica: { index, count: REPLICAS },
        ...options,
      });
      expect(await limiter.connected(10_000)).toBe(true);
      return limiter;
    }),
  );
  const close = async () => void (await Promise.all(limiters.map((limiter) => limiter.close())));
  return { limiters, prefix, [Symbol.asyncDispose]: close };
}
let prefixes = 0;

const allowedIn = (decisions: readonly Decision[]) =>
  decisions.filter(({ outcome }) => outcome === "allowed").length;
const sourcesOf = (decisions: readonly Decision[]) => [...new Set(decisions.map(({ source }) => source))];

async function askAll(
  limiters: readonly Limiter[],
  subjects: readonly string[],
  times: number,
): Promise<Decision[]> {
  return Promise.all(
    limiters.flatMap((limiter) =>
      Array.from({ length: times }, () => subjects.map((subject) => limiter.decide(subject))).flat(),
    ),
  );
}

const subjects = Array.from({ length: 40 }, (_, i) => `subject ${i}`);
const ALGORITHMS: readonly AlgorithmName[] = ["sliding-log", "sliding-counter", "gcra", "fixed-window"];

describe("three gateways on a cluster of three masters", () => {
  let cluster: OwnRedisCluster;
  beforeAll(async () => {
    cluster = await startOwnRedisCluster({ runFolder });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  it("find the slot of every key as Redis does", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "{", "}", "7", "é", "😀", "\u0000"), maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.string()), async (key) => {
        expect(slotOf(key)).toBe(await cluster.slotOf(key));
      }),
      { numRuns: 500 },
    );
    expect(slotOf("123456789")).toBe(0x31c3);
  });

  it.each(ALGORITHMS)(
    "admit exactly the limit of every subject, on whichever master it is (%s)",
    async (algorithm) => {
      await using scene = await gateways(cluster, { algorithm });
      const decisions = await askAll(scene.limiters, subjects, LIMIT / 2);
      expect(sourcesOf(decisions)).toEqual(["redis"]);
      expect(allowedIn(decisions)).toBe(subjects.length * LIMIT);
      for (const subject of subjects) expect((await scene.limiters[0]?.peek(subject))?.remaining).toBe(0);
    },
  );
});
