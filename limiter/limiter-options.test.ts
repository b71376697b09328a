import fc from "fast-check";
import { Cluster, Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { createLimiter } from "./limiter.ts";
import { mistakesIn } from "./limiter-mistakes.ts";
import {
  ALGORITHMS,
  type AlgorithmName,
  type LimiterOptions,
  LimiterOptionsError,
} from "./limiter-options.ts";
import { withoutBurst } from "./without-burst.ts";

const redis = "redis://127.0.0.1:6379";
const policy = { name: "burst", limit: 10, windowMs: 1_000 };
const algorithms = Object.keys(ALGORITHMS) as AlgorithmName[];

/** What plain JavaScript may give. */
const mistakesOf = (options: unknown) => mistakesIn(options as LimiterOptions);

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
    expect(mistakesOf(options)).toEqual([
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
    expect(mistakesOf({ redis, policies: [{ ...tooMany, name: '"' }] })).toHaveLength(2);
    const prime = { name: "x", limit: 104_729, windowMs: 2_592_000_000 };
    expect(mistakesIn({ redis, policies: [prime], algorithm: "gcra" })).toHaveLength(1);
    expect(mistakesIn({ redis, policies: [{ ...prime, limit: 100_000 }], algorithm: "gcra" })).toEqual([]);
  });

  it("name only algorithms that exist, also from plain JavaScript", () => {
    const choose = "is not known; choose sliding-log or sliding-counter or gcra or fixed-window";
    expect(mistakesOf({ redis, policies: [policy], algorithm: "toString" })).toEqual([
      `algorithm "toString" ${choose}`,
    ]);
    expect(mistakesOf({ redis, policies: [{ ...policy, algorithm: 5 }] })).toEqual([
      `policy "burst": algorithm 5 ${choose}`,
    ]);
  });

  it("are refused when nothing of that name is an option, wherever it stands", () => {
    const wrong = {
      redis: { cluster: [redis], password: "x" },
      policies: [{ ...policy, fallbak: "closed" }],
      deadlinems: 50,
      replica: { index: 0, count: 1, of: 3 },
    };
    expect(mistakesOf(wrong)).toEqual([
      "deadlinems is no option; the options are redis, policies, algorithm, prefix, tag, deadlineMs, replica, maxKeys, registry",
      "redis.password is no option; the options are cluster",
      'policy "burst": fallbak is no option; the options are name, limit, windowMs, burst, algorithm, by, fallback, share, minimumShare',
      "replica.of is no option; the options are index, count",
    ]);
    expect(mistakesOf({ redis, policies: [{ ...policy, by: undefined }], tag: undefined })).toEqual([]);
  });

  it("are refused when something is missing", () => {
    expect(mistakesOf(undefined)).toEqual(["the options are undefined; give { redis, policies }"]);
    expect(mistakesOf({})).toEqual([
      "redis is missing; give a URL like redis://127.0.0.1:6379, an ioredis client, or { cluster }",
      "policies is missing; give at least one { name, limit, windowMs }",
    ]);
    expect(mistakesOf({ redis, policies: [{}, null] })).toEqual([
      "policy 1 has no name; use printable ASCII without quotes",
      "policy 1: limit is missing; give a whole number from 1 to 999999999999999",
      "policy 1: windowMs is missing; give a whole number from 1 to 999999999999999",
      "policy 2 is null; give { name, limit, windowMs }",
    ]);
    expect(mistakesOf({ redis, policies: [] })).toEqual([
      "policies is empty; give at least one { name, limit, windowMs }",
    ]);
  });

  it("are refused when a value is of another type", () => {
    const wrong = {
      redis: 6379,
      policies: [{ ...policy, name: 5, limit: "10", by: 1 }],
      prefix: null,
      tag: 7,
      deadlineMs: "50",
      replica: "0/3",
      maxKeys: "1000",
      registry: {},
    };
    expect(mistakesOf(wrong)).toEqual([
      "redis is 6379; give a URL like redis://127.0.0.1:6379, or an ioredis client",
      "a policy is named 5; use printable ASCII without quotes",
      'policy 1: limit is "10"; give a whole number from 1 to 999999999999999',
      "policy 1: by is 1; name one of the subjects, or leave it out",
      "prefix is null; give a string",
      "tag is 7; name one of the subjects, or leave it out",
      'deadlineMs is "50"; give milliseconds from 1 to 60000',
      'replica is "0/3"; give { index, count }',
      'maxKeys is "1000"; give a whole number of at least 1',
      "registry is an object; give a Registry of prom-client, or leave it out",
    ]);
    expect(mistakesOf({ redis, policies: policy })).toEqual([
      "policies is an object; give a list of { name, limit, windowMs }",
    ]);
    expect(mistakesOf({ redis, policies: [policy], prefix: "\ud800" })).toEqual([
      "prefix has half a surrogate pair; use whole characters",
    ]);
  });

  it("are never too wrong for a list of mistakes", () => {
    const names = ["redis", "policies", "algorithm", "prefix", "tag", "deadlineMs", "replica", "maxKeys"];
    const own = [
      "name",
      "limit",
      "windowMs",
      "burst",
      "algorithm",
      "by",
      "fallback",
      "share",
      "minimumShare",
    ];
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true });
    const perhaps = (keys: readonly string[], of: fc.Arbitrary<unknown>) =>
      fc.record(Object.fromEntries(keys.map((key) => [key, of])), { requiredKeys: [] });
    const nearly = fc.oneof(anything, fc.array(fc.oneof(anything, perhaps(own, anything))));
    fc.assert(
      fc.property(fc.oneof(anything, perhaps(names, nearly)), (options) => {
        // Nobody makes options that can be kept by chance: a limit, a window, a name and a URL.
        expect(mistakesOf(options).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it("take for redis what ioredis has made for one server, and say how a cluster is given", () => {
    const client = new Redis({ lazyConnect: true });
    const cluster = new Cluster(["127.0.0.1"], { lazyConnect: true });
    const other = { options: {}, duplicate() {}, isOpen: true };
    const asCluster = "give { cluster: [...] } with some of its nodes, each a URL or a client";
    const asClient = "give a URL like redis://127.0.0.1:6379, or an ioredis client";
    expect(mistakesIn({ redis: client, policies: [policy] })).toEqual([]);
    expect(mistakesIn({ redis: { cluster: [client, redis] }, policies: [policy] })).toEqual([]);
    expect(mistakesOf({ redis: cluster, policies: [policy] })).toEqual([
      `redis is an ioredis Cluster; ${asCluster}`,
    ]);
    expect(mistakesOf({ redis: { cluster: [cluster, 5] }, policies: [policy] })).toEqual([
      `a node of the cluster is an ioredis Cluster; ${asCluster}`,
      `a node of the cluster is 5; ${asClient}`,
    ]);
    expect(mistakesOf({ redis: { cluster: redis }, policies: [policy] })).toEqual([
      `cluster is "${redis}"; give a list of its nodes, like redis://127.0.0.1:6379`,
    ]);
    expect(mistakesOf({ redis: other, policies: [policy] })).toEqual([`redis is an object; ${asClient}`]);
    client.disconnect();
    cluster.disconnect();
  });

  it("are refused when only some policies say by which subject they limit: no request fits them all", () => {
    const mixed = [
      { ...policy, name: "a", by: "user" },
      { ...policy, name: "b" },
      { ...policy, name: "c" },
    ];
    const mistake =
      'policies have `by`, but not "b", "c", so no request fits them all; give `by` to all, or to none';
    expect(mistakesIn({ redis, policies: mixed })).toEqual([mistake]);
    expect(mistakesIn({ redis, policies: mixed, tag: "user" })).toEqual([mistake]);
    expect(mistakesIn({ redis: { cluster: [redis] }, policies: mixed })).toEqual([mistake]);
  });

  it("are refused when clients would be told of a burst that nobody keeps", () => {
    for (const algorithm of algorithms) {
      const policies = [{ ...policy, burst: 20 }];
      const mistake = `policy "burst": burst is the capacity of a bucket, and ${algorithm} has none; leave it out, or choose gcra`;
      const expected = algorithm === "gcra" ? [] : [mistake];
      expect(mistakesIn({ redis, policies, algorithm })).toEqual(expected);
      expect(mistakesIn({ redis, policies: policies.map((one) => ({ ...one, algorithm })) })).toEqual(
        expected,
      );
      expect(mistakesIn({ redis, policies: withoutBurst(policies, algorithm), algorithm })).toEqual([]);
    }
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
