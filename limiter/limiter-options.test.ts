import { describe, expect, it } from "vitest";
import { createLimiter } from "./limiter.ts";
import { LimiterOptionsError, mistakesIn } from "./limiter-options.ts";

const redis = "redis://127.0.0.1:6379";
const policy = { name: "burst", limit: 10, windowMs: 1_000 };

describe("the options of a limiter", () => {
  it("are accepted when they can be kept", () => {
    expect(
      mistakesIn({ redis, policies: [policy, { ...policy, name: "day", algorithm: "gcra", burst: 5 }] }),
    ).toEqual([]);
  });

  it("are refused with all their mistakes at once", () => {
    const create = () =>
      createLimiter({
        redis: "127.0.0.1",
        policies: [{ name: 'a"b', limit: 0, windowMs: 1.5 }, policy, policy],
        prefix: "a{b}",
        deadlineMs: 0,
      });
    expect(create).toThrow(LimiterOptionsError);
    try {
      create();
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_LIMITER_OPTIONS" });
      expect((error as LimiterOptionsError).mistakes).toEqual([
        "redis is not a redis:// or rediss:// URL; write it like redis://127.0.0.1:6379",
        'two policies are named "burst"; give each its own name',
        'a policy is named "a"b"; use printable ASCII without quotes',
        'policy "a"b": limit is 0; give a whole number from 1 to 999999999999999',
        'policy "a"b": windowMs is 1.5; give a whole number from 1 to 999999999999999',
        'policy "a"b": burst is 0; give a whole number from 1 to 999999999999999',
        'prefix "a{b}" has a brace; braces are for the cluster\'s hash tag, leave them out',
        "deadlineMs is 0; give milliseconds from 1 to 60000",
      ]);
    }
  });

  it("are refused when what holds without Redis cannot", () => {
    const wrong = { ...policy, fallback: "warm", share: "observed", minimumShare: 2 };
    const options = {
      redis,
      policies: [wrong],
      algorithm: "gcra",
      replica: { index: 3, count: 3 },
      maxKeys: 0,
    };
    expect(mistakesIn(options as unknown as Parameters<typeof mistakesIn>[0])).toEqual([
      'policy "burst": fallback is "warm"; choose local, open or closed',
      'policy "burst": share is "observed"; choose equal, or observed for a sliding algorithm',
      'policy "burst": minimumShare is 2; choose 0 or 1',
      "replica is 3 of 3; give whole numbers, index from 0 to count - 1",
      "maxKeys is 0; give a whole number of at least 1",
    ]);
  });

  it("are refused when an algorithm could not count exactly", () => {
    const tooMany = { name: "x", limit: 5_000_000_000, windowMs: 1_000 };
    expect(mistakesIn({ redis, policies: [tooMany] })).toHaveLength(1);
    const prime = { name: "x", limit: 104_729, windowMs: 2_592_000_000 };
    expect(mistakesIn({ redis, policies: [prime], algorithm: "gcra" })).toHaveLength(1);
    expect(mistakesIn({ redis, policies: [{ ...prime, limit: 100_000 }], algorithm: "gcra" })).toEqual([]);
  });

  it("name only algorithms that exist, also from plain JavaScript", () => {
    const options = { redis, policies: [policy], algorithm: "toString" } as unknown as Parameters<
      typeof mistakesIn
    >[0];
    expect(mistakesIn(options)).toEqual([
      'algorithm "toString" is not known; choose sliding-log or sliding-counter or gcra or fixed-window',
    ]);
  });

  it("are refused with all that is wrong about a cluster", () => {
    const policies = [
      { ...policy, name: "a", by: "user" },
      { ...policy, name: "b", by: "tenant" },
    ];
    expect(mistakesIn({ redis: { cluster: [] }, policies })).toEqual([
      "cluster is empty; give at least one node, like redis://127.0.0.1:6379",
      "the policies limit by user, tenant, whose keys are on different nodes of the cluster, so that no step can charge all; set tag to the subject that comprises the others",
    ]);
    expect(
      mistakesIn({ redis: { cluster: ["127.0.0.1:6379", `${redis}/3`] }, policies: [policy], tag: "tenant" }),
    ).toEqual([
      "a node of the cluster is not a redis:// or rediss:// URL; write it like redis://127.0.0.1:6379",
      'a node of the cluster has the path "/3"; a cluster has no databases, leave it out',
      'tag is "tenant", but no policy says by which subject it limits; leave tag out',
    ]);
    expect(mistakesIn({ redis, policies, tag: "" })).toEqual([
      "tag is empty; name one of the subjects, or leave it out",
    ]);
  });

  it("are accepted for a cluster when all keys of a request are in one slot, and for one Redis in any case", () => {
    const by = (...names: string[]) => names.map((name) => ({ ...policy, name, by: name }));
    const cluster = { cluster: [redis, `${redis}/`, `${redis}/0`] };
    expect(mistakesIn({ redis: cluster, policies: [policy] })).toEqual([]);
    expect(mistakesIn({ redis: cluster, policies: by("user") })).toEqual([]);
    expect(mistakesIn({ redis: cluster, policies: by("user", "tenant"), tag: "tenant" })).toEqual([]);
    expect(mistakesIn({ redis, policies: by("user", "tenant") })).toEqual([]);
  });
});
