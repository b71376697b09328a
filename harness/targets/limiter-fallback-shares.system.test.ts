import { describe, expect, it } from "vitest";
import type { AlgorithmName } from "../../limiter/limiter-options.ts";
import { until } from "../system/until.ts";
import { allowedIn, askAll, counted, LIMIT, lost, REPLICAS, recovered, story } from "./fallback-story.ts";

const ALGORITHMS: readonly AlgorithmName[] = ["sliding-log", "sliding-counter", "gcra", "fixed-window"];

describe.each(ALGORITHMS)("a limit below the number of replicas (%s)", (algorithm) => {
  it.each([
    { minimumShare: 0, promised: 2, each: [1, 1, 0] },
    { minimumShare: 1, promised: 3, each: [1, 1, 1] },
  ] as const)("lets $promised in without Redis with minimumShare $minimumShare", async (one) => {
    const { minimumShare, promised, each } = one;
    await using scene = await story({ algorithm, policy: { limit: 2, minimumShare } });
    const { redis, replicas, options } = scene;
    process.kill(redis.pid ?? 0, "SIGSTOP");
    await lost(replicas);
    const asked = await Promise.all(replicas.map((replica) => askAll([replica], "alice", 5)));
    expect(asked.map(allowedIn)).toEqual(each);
    // Who has no share may be let in when Redis is back, and is told when to try again.
    for (const decision of asked.flat().filter(({ outcome }) => outcome === "denied")) {
      expect(decision).toMatchObject({ source: "local", remaining: 0 });
      expect(decision.retryAfterMs).toBeGreaterThan(0);
      expect(decision.retryAfterMs).toBeLessThan(Number.POSITIVE_INFINITY);
    }
    process.kill(redis.pid ?? 0, "SIGCONT");
    await recovered(replicas, 2);
    // A bucket has no debt beyond its size.
    expect(await counted(redis.url, options, "alice")).toBe(algorithm === "gcra" ? 2 : promised);
    expect(allowedIn(await askAll(replicas, "alice", 2))).toBe(0);
  });
});

describe.each(["sliding-log", "sliding-counter"] as const)(
  "a subject that one replica serves (%s)",
  (algorithm) => {
    const windowMs = 6_000;

    it.each([
      { share: "observed", again: LIMIT },
      { share: "equal", again: LIMIT / REPLICAS },
    ] as const)(
      "is let in again $again times a window after it was, with $share shares",
      async ({ share, again }) => {
        await using scene = await story({ algorithm, policy: { windowMs, share } });
        const { redis, replicas } = scene;
        const [first, ...others] = replicas;
        if (first === undefined) return;
        // In one window of Redis's clock, which the sliding counter weighs.
        await until(() => Date.now() % windowMs < 500, { withinMs: 2 * windowMs });
        expect(allowedIn(await askAll([first], "alice", LIMIT))).toBe(LIMIT);
        const admittedMs = performance.now();
        for (const other of others) expect((await other.peek("alice")).remaining).toBe(0);
        await until(() => performance.now() > admittedMs + windowMs / 2);
        process.kill(redis.pid ?? 0, "SIGSTOP");
        await lost(replicas);
        expect(allowedIn(await askAll(replicas, "alice", 5))).toBe(0);
        // What it had admitted itself has left the window, half a window before the outage has lasted one.
        await until(async () => (await first.peek("alice")).remaining > 0, { withinMs: 2 * windowMs });
        await until(async () => (await first.peek("alice")).remaining === again);
        expect(allowedIn(await askAll([first], "alice", LIMIT + 5))).toBe(again);
        // The others had admitted nothing, and do not know that it was only one of them.
        if (share === "observed") expect(allowedIn(await askAll(others, "alice", 5))).toBe(0);
        process.kill(redis.pid ?? 0, "SIGCONT");
      },
    );
  },
);
