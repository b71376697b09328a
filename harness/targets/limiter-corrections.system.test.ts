import { describe, expect, it } from "vitest";
import type { Decision } from "../../limiter/decision.ts";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import { until } from "../system/until.ts";
import { limiterBehindWay } from "./limiter-behind-way.ts";
import { expectNoLostRejections } from "./no-lost-rejections.ts";

const LIMIT = 1_000;

expectNoLostRejections();

async function story() {
  const scene = await limiterBehindWay({ policies: [{ name: "p", limit: LIMIT, windowMs: 3_600_000 }] });
  const { limiter, road } = scene;
  await limiter.decide("alice");
  return {
    limiter,
    breaks() {
      for (const direction of ["up", "down"] as const) road.set(direction, "lose");
    },
    heals() {
      road.cut();
      for (const direction of ["up", "down"] as const) road.set(direction, "pass");
    },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
}

/** Asks until it is this process that decides. */
async function isAlone(limiter: Limiter): Promise<void> {
  await until(async () => (await limiter.decide("nobody")).source === "local");
}

describe("a limiter that is corrected while Redis comes back", () => {
  it("gives back everything that it let in, once, whenever it was asked", async () => {
    await using scene = await story();
    const { limiter } = scene;
    const refunds: Promise<boolean>[] = [];
    const sources = new Set<string>();
    let isDone = false;
    async function decideAndRefund(): Promise<void> {
      while (!isDone) {
        const beganMs = performance.now();
        const { outcome, source } = await limiter.decide("alice");
        sources.add(source);
        // Some at once, some when Redis may have come back meanwhile.
        if (refunds.length % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 40));
        if (outcome === "allowed") {
          refunds.push(limiter.refund("alice", 1, { ageMs: performance.now() - beganMs }));
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    const deciding = Array.from({ length: 8 }, decideAndRefund);
    for (let times = 0; times < 2; times++) {
      scene.breaks();
      await isAlone(limiter);
      await new Promise((resolve) => setTimeout(resolve, 100));
      scene.heals();
      sources.clear();
      await until(() => sources.has("redis"));
    }
    isDone = true;
    await Promise.all(deciding);
    const done = await Promise.all(refunds);
    expect(done).toContain(true);
    // All but the one before the first cut.
    await until(async () => (await limiter.peek("alice")).remaining === LIMIT - 1);
  });

  it("tells Redis nothing of what was forgotten, once it has said so", async () => {
    await using scene = await story();
    const { limiter } = scene;
    scene.breaks();
    await isAlone(limiter);
    for (const subject of ["alice", "bob", "cyd"]) await limiter.decide(subject, 7);
    scene.heals();
    await until(() => limiter.reset("alice"), { everyMs: 0 });
    // What is told of the others travels with what would be told of her.
    for (const subject of ["bob", "cyd"]) {
      await until(async () => (await limiter.peek(subject)).remaining === LIMIT - 7);
    }
    const { source, remaining } = await limiter.peek("alice");
    expect([source, remaining]).toEqual(["redis", LIMIT]);
  });
});

describe("what `open` let in", () => {
  const policy = { limit: LIMIT, windowMs: 3_600_000 } as const;
  const open = { ...policy, name: "open", fallback: "open" } as const;

  it.each([
    { beside: "nothing", policies: [open] },
    { beside: "`local`", policies: [{ ...policy, name: "local" }, open] },
  ])("takes nothing from others when it is given back, beside $beside", async ({ policies }) => {
    await using scene = await limiterBehindWay({ policies });
    const { limiter, road, redis } = scene;
    await using others = createLimiter({ redis: redis.url, policies });
    expect(await others.connected(5_000)).toBe(true);
    const remaining = async (subject: string) =>
      (await others.peek(subject)).quotas.map((quota) => quota.remaining);
    for (const subject of ["alice", "bob"]) expect((await others.decide(subject, 5)).source).toBe("redis");
    for (const direction of ["up", "down"] as const) road.set(direction, "lose");
    await isAlone(limiter);
    const beganMs = performance.now();
    const [soon, late] = [await limiter.decide("alice", 2), await limiter.decide("alice", 3)];
    expect([soon, late]).toMatchObject(new Array(2).fill({ outcome: "allowed", source: "local" }));
    const back = (cost: number, corrects: Decision) =>
      limiter.refund("alice", cost, { ageMs: performance.now() - beganMs, corrects });
    expect(await back(2, soon)).toBe(true);
    // Redis charged this one: what is owed is given back in the order in which it was asked for.
    expect(await limiter.refund("bob", 4, { ageMs: 60_000 })).toBe(false);
    road.cut();
    for (const direction of ["up", "down"] as const) road.set(direction, "pass");
    await until(async () => (await remaining("bob")).every((left) => left === LIMIT - 1));
    await back(3, late);
    await until(async () => (await remaining("alice")).every((left) => left === LIMIT - 5));
    expect(await remaining("alice")).toEqual(policies.map(() => LIMIT - 5));
  });
});
