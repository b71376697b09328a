import { describe, expect, it } from "vitest";
import { scenario as redisClock } from "../../scenarios/redis-clock.ts";
import { scenario as redisFailover } from "../../scenarios/redis-failover.ts";
import { scenario as redisFlap } from "../../scenarios/redis-flap.ts";
import { scenario as soak } from "../../scenarios/soak.ts";
import { scenario as tiers } from "../../scenarios/tiers.ts";
import { Refusal } from "../refusal.ts";
import { askedOf } from "./asked-of.ts";
import type { ForeignChoice } from "./declared-options.ts";

const lone: ForeignChoice = {
  target: () => Promise.reject(new Error("nothing is started here")),
  policies: [{ name: "per-client", limit: 10, windowMs: 1_000 }],
  replicas: 1,
  spelled: [],
};

describe("what a scenario is asked", () => {
  it("is refused where it is about subjects that no policy names", () => {
    expect(() => askedOf(tiers, { rate: "1000" }, lone)).toThrow(/x-tenant-id.*RATE_POLICIES/);
    expect(askedOf(tiers, { rate: "1000" }, { ...lone, policies: tiers.policies }).replicas).toBe(1);
  });

  it("may be hours of a soak: the longer it lasts, the fewer requests a second", () => {
    const asked = askedOf(soak, { rate: "10000", duration: "8h", seed: "1" }, null);
    const [phase] = soak.phases(asked).filter(({ name }) => name === "soak");
    const load = phase !== undefined && "load" in phase ? phase.load : null;
    expect(load?.durationMs).toBeCloseTo(8 * 3_600_000);
    expect(load?.expected).toBeCloseTo(3_000_000);
  });

  it.for([
    ["redis-flap", redisFlap, "2s"],
    ["redis-clock", redisClock, "5s"],
    ["redis-failover", redisFailover, "3s"],
  ] as const)(
    "%s is refused where its faults have no room, with a duration at which they have",
    ([, story, duration]) => {
      const askedFor = (length: string) =>
        askedOf(story, { rate: "1000", duration: length, seed: "1" }, null);
      let refusal = "";
      try {
        askedFor(duration);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
        refusal = String(error);
      }
      const [, least = ""] = /too short for .*: give at least (\S+s)\./.exec(refusal) ?? expect.fail(refusal);
      expect(story.faults?.(askedFor(least)).length).toBeGreaterThan(0);
    },
  );
});
