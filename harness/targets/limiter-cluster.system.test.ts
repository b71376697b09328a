import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slotOf } from "../../limiter/cluster/slot-of.ts";
import type { Decision } from "../../limiter/decision.ts";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import type { AlgorithmName, LimiterOptions } from "../../limiter/limiter-options.ts";
import { type OwnRedisCluster, startOwnRedisCluster } from "../system/redis-cluster.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { until } from "../system/until.ts";
import { expectNoLostRejections } from "./no-lost-rejections.ts";
import { type RedisWay, redisWay } from "./redis-way.ts";

const REPLICAS = 3;
const LIMIT = 60;
const MONTH_MS = 2_592_000_000;
const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(runFolder, { recursive: true }));

expectNoLostRejections();

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
  it("decide two tiers of one subject in one step, and name the one that denies", async () => {
    const policies = [
      { name: "second", limit: 7, windowMs: MONTH_MS, algorithm: "gcra" },
      { name: "minute", limit: 20, windowMs: 2 * MONTH_MS },
    ] as const;
    await using scene = await gateways(cluster, { policies });
    const decisions = await askAll(scene.limiters, subjects, 10);
    expect(allowedIn(decisions)).toBe(7 * subjects.length);
    expect(decisions.find(({ outcome }) => outcome === "denied")?.policy).toBe("second");
    for (const subject of subjects) {
      const { quotas } = (await scene.limiters[1]?.peek(subject)) ?? { quotas: [] };
      // What the first tier denied, the second was not charged.
      expect(quotas.map(({ remaining }) => remaining)).toEqual([0, 13]);
    }
  });

  it("charge users within their tenant in one step, where the tenant is the tag", async () => {
    const policies = [
      { name: "user", by: "user", limit: 10, windowMs: MONTH_MS },
      { name: "tenant", by: "tenant", limit: 25, windowMs: MONTH_MS },
    ];
    await using scene = await gateways(cluster, { policies, tag: "tenant" });
    const asked = ["ann", "ben", "cem"].flatMap((user) =>
      scene.limiters.flatMap((limiter) =>
        Array.from({ length: 5 }, () => limiter.decide({ user, tenant: "acme" })),
      ),
    );
    const decisions = await Promise.all(asked);
    expect(sourcesOf(decisions)).toEqual(["redis"]);
    expect(allowedIn(decisions)).toBe(25);
  });

  it("peek, give back and forget, wherever the subject is", async () => {
    await using scene = await gateways(cluster);
    const [limiter] = scene.limiters;
    for (const subject of subjects) {
      expect((await limiter?.decide(subject, 20))?.remaining).toBe(LIMIT - 20);
      expect(await limiter?.refund(subject, 5)).toBe(true);
      expect((await limiter?.peek(subject))?.remaining).toBe(LIMIT - 15);
      expect(await limiter?.reset(subject)).toBe(true);
      expect((await limiter?.peek(subject))?.remaining).toBe(LIMIT);
    }
  });

  it("reach masters that they were not told of, as the user whom they were told", async () => {
    for (const { client } of cluster.masters) {
      await client.acl("SETUSER", "gate", "on", ">se:cret", "~*", "+@all");
      await client.acl("SETUSER", "default", "-eval", "-evalsha");
    }
    const [first] = cluster.masters;
    const url = first?.redis.url.replace("redis://", "redis://gate:se%3Acret@") ?? "";
    await using scene = await gateways(cluster, { redis: { cluster: [url] } });
    const decisions = await askAll(scene.limiters, subjects, 1);
    for (const { client } of cluster.masters) await client.acl("SETUSER", "default", "+@all");
    expect(sourcesOf(decisions)).toEqual(["redis"]);
    expect(allowedIn(decisions)).toBe(subjects.length * REPLICAS);
  });

  it("count exactly when every master forgets the script", async () => {
    await using scene = await gateways(cluster);
    const decisions: Decision[] = [];
    for (let round = 0; round < 4; round++) {
      for (const { client } of cluster.masters) await client.script("FLUSH");
      decisions.push(...(await askAll(scene.limiters, subjects, 10)));
    }
    expect(sourcesOf(decisions)).toEqual(["redis"]);
    expect(allowedIn(decisions)).toBe(subjects.length * LIMIT);
  });

  it("begin with decisions of their own when they are asked before they know the cluster, and tell it", async () => {
    const prefix = `test-${prefixes++}`;
    const policies = [{ name: "p", limit: LIMIT, windowMs: MONTH_MS }];
    await using limiter = createLimiter({
      redis: { cluster: cluster.urls },
      policies,
      prefix,
      deadlineMs: 500,
    });
    const decisions = await askAll([limiter], subjects, 2);
    expect([allowedIn(decisions), sourcesOf(decisions)]).toEqual([2 * subjects.length, ["local"]]);
    await using other = createLimiter({
      redis: { cluster: cluster.urls },
      policies,
      prefix,
      deadlineMs: 500,
    });
    expect(await other.connected(10_000)).toBe(true);
    for (const subject of subjects)
      await until(async () => (await other.peek(subject)).remaining === LIMIT - 2);
  });
});

/** Every gateway has been told what the others have admitted. */
async function knowOfEachOther(limiters: readonly Limiter[], asked: readonly string[]): Promise<void> {
  for (const limiter of limiters) await Promise.all(asked.map((subject) => limiter.peek(subject)));
}

/** Subjects that are all in one slot. */
function neighbours(slot: number, count: number): string[] {
  const found: string[] = [];
  if (Number.isNaN(slot)) throw new Error("there are no slots left");
  for (let i = 0; found.length < count; i++) if (slotOf(`{n${i}}`) === slot) found.push(`n${i}`);
  return found;
}

/** Where it is judged who is asked, and not how fast this machine is. */
const PATIENT = { deadlineMs: 5_000 } as const;

describe("three gateways while a slot moves from one master to another", () => {
  let cluster: OwnRedisCluster;
  beforeAll(async () => {
    cluster = await startOwnRedisCluster({ runFolder });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** Moves a slot; `ask` is called before, while, when its keys have gone, and after. */
  async function move(slot: number, ask: () => Promise<void>): Promise<void> {
    const from = await cluster.masterOf(slot);
    const to = cluster.masters.find((member) => member !== from) ?? from;
    await ask();
    await cluster.beginMove(slot, from, to);
    await ask();
    await cluster.moveKeys(slot, from, to);
    await ask();
    await cluster.moveKeys(slot, from, to);
    await cluster.endMove(slot, from, to);
    await ask();
    expect((await cluster.masterOf(slot)).id).toBe(to.id);
  }

  it.each(ALGORITHMS)(
    "leave it to Redis all the time, and admit exactly the limit (%s)",
    async (algorithm) => {
      await using scene = await gateways(cluster, { ...PATIENT, algorithm });
      const slot = slots++;
      const [known = "", ...others] = neighbours(slot, 5);
      const decisions: Decision[] = [];
      const [ofKnown, ofOthers] = [[] as Decision[], [] as Decision[]];
      let stage = 0;
      await move(slot, async () => {
        ofKnown.push(...(await askAll(scene.limiters, [known], 6)));
        // One more of which Redis has not heard before.
        ofOthers.push(...(await askAll(scene.limiters, others.slice(0, ++stage), LIMIT / REPLICAS)));
      });
      decisions.push(...ofKnown, ...ofOthers);
      expect(sourcesOf(decisions)).toEqual(["redis"]);
      expect(allowedIn(ofKnown)).toBe(LIMIT);
      expect(allowedIn(ofOthers)).toBe(others.length * LIMIT);
    },
  );

  it("admit no more than the limit of two tiers, which Redis does not decide while only one is moved", async () => {
    const policies = [
      { name: "second", limit: LIMIT, windowMs: MONTH_MS, algorithm: "gcra" },
      { name: "minute", limit: LIMIT, windowMs: MONTH_MS },
    ] as const;
    await using scene = await gateways(cluster, { policies, deadlineMs: 100 });
    const slot = slots++;
    const [known = "", fresh = ""] = neighbours(slot, 2);
    const [ofKnown, ofFresh] = [[] as Decision[], [] as Decision[]];
    let stage = 0;
    await move(slot, async () => {
      ofKnown.push(...(await askAll(scene.limiters, [known], 6)));
      await knowOfEachOther(scene.limiters, [known]);
      if (stage++ > 0) ofFresh.push(...(await askAll(scene.limiters, [fresh], 6)));
    });
    expect(allowedIn(ofKnown)).toBeLessThanOrEqual(LIMIT);
    expect(allowedIn(ofFresh)).toBe(3 * 6 * REPLICAS);
    expect(sourcesOf(ofFresh)).toContain("local");
    // All is told, and the rest is left to Redis.
    const spent = allowedIn(ofKnown);
    for (const limiter of scene.limiters) {
      await until(async () => {
        const [a, b] = [await limiter.peek(known), await limiter.peek(fresh)];
        return (
          a.source === "redis" && a.remaining === LIMIT - spent && b.remaining === LIMIT - allowedIn(ofFresh)
        );
      });
    }
    const last = await askAll(scene.limiters, [fresh], LIMIT);
    expect(allowedIn(last)).toBeLessThanOrEqual(LIMIT - allowedIn(ofFresh));
  });

  it("ask who serves which slot when they are redirected, and are not redirected for every slot", async () => {
    await using scene = await gateways(cluster, PATIENT);
    const [limiter] = scene.limiters;
    const counted = async (section: string, pattern: RegExp) => {
      const infos = await Promise.all(cluster.masters.map(({ client }) => client.info(section)));
      return infos.reduce((sum, info) => sum + Number(pattern.exec(info)?.[1] ?? 0), 0);
    };
    const redirections = () => counted("errorstats", /errorstat_MOVED:count=(\d+)/);
    const questions = () => counted("commandstats", /cmdstat_cluster\|slots:calls=(\d+)/);
    const isRedirected = async (slot: number): Promise<boolean> => {
      const before = await redirections();
      expect((await limiter?.decide(neighbours(slot, 1)[0] ?? ""))?.source).toBe("redis");
      return (await redirections()) > before;
    };
    let redirected = 0;
    // The first time, they may just have asked once more, as they do until everything can be decided.
    for (let round = 0; round < 4; round++) {
      const [first = -1, ...others] = Array.from({ length: 8 }, () => slots++);
      for (const slot of [first, ...others]) await move(slot, async () => {});
      const before = await questions();
      if (!(await isRedirected(first))) continue;
      redirected++;
      await until(async () => (await questions()) > before);
      await until(async () => !(await isRedirected(others.pop() ?? Number.NaN)));
    }
    expect(redirected).toBeGreaterThan(0);
  });

  it("are asked all the time about all subjects while ten slots move, and admit exactly the limit", async () => {
    await using scene = await gateways(cluster, {
      ...PATIENT,
      policies: [{ name: "p", limit: 300, windowMs: MONTH_MS }],
    });
    const moved = Array.from({ length: 10 }, () => slots++);
    const hot = moved.flatMap((slot) => neighbours(slot, 2));
    let isOver = false;
    const decisions: Decision[] = [];
    const caller = async (limiter: Limiter): Promise<void> => {
      while (!isOver) {
        decisions.push(...(await Promise.all(hot.map((subject) => limiter.decide(subject)))));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const callers = scene.limiters.map(caller);
    for (const slot of moved) await move(slot, async () => {});
    await until(() => decisions.length > 2 * 300 * hot.length);
    isOver = true;
    await Promise.all(callers);
    expect(sourcesOf(decisions)).toEqual(["redis"]);
    expect(allowedIn(decisions)).toBe(300 * hot.length);
  });
});
let slots = 0;

/** A subject of each master. */
async function oneOfEach(cluster: OwnRedisCluster): Promise<string[]> {
  const served = await Promise.all(subjects.map((subject) => cluster.masterOf(slotOf(`{${subject}}`))));
  return cluster.masters.map((master) => subjects[served.indexOf(master)] ?? "");
}

/** Every gateway has noticed that `subject` cannot be decided by Redis. */
async function lost(limiters: readonly Limiter[], subject: string, limit = LIMIT): Promise<void> {
  for (const limiter of limiters) {
    await until(async () => (await limiter.decide(subject, limit + 1)).source === "local");
  }
}

describe("three gateways when a master dies", () => {
  it("decide its subjects by their shares, all others by Redis, and leave it to the replica that takes over", async () => {
    await using cluster = await startOwnRedisCluster({ runFolder, replica: "first" });
    await using scene = await gateways(cluster);
    const [dead = "", ...alive] = await oneOfEach(cluster);
    expect(allowedIn(await askAll(scene.limiters, [dead, ...alive], 5))).toBe(5 * REPLICAS * 3);
    await knowOfEachOther(scene.limiters, [dead]);
    await until(async () => await replicated(cluster));
    process.kill(cluster.masters[0]?.redis.pid ?? 0, "SIGKILL");
    await lost(scene.limiters, dead);
    // While it is away, and while the replica takes over.
    const ofAlive = await askAll(scene.limiters, alive, 5);
    expect(sourcesOf(ofAlive)).toEqual(["redis"]);
    expect(allowedIn(ofAlive)).toBe(5 * REPLICAS * alive.length);
    const local = await askAll(scene.limiters, [dead], 5);
    expect(allowedIn(local)).toBe(5 * REPLICAS);
    for (const limiter of scene.limiters) {
      await until(async () => {
        const { source, remaining } = await limiter.peek(dead);
        return source === "redis" && remaining === LIMIT - 10 * REPLICAS;
      });
    }
    const rest = await askAll(scene.limiters, [dead], LIMIT);
    expect(allowedIn(rest)).toBeLessThanOrEqual(LIMIT - 10 * REPLICAS);
    expect(await scene.limiters[0]?.connected(10_000)).toBe(true);
  });

  it("count once what was executed and replicated, and not answered", async () => {
    await using stack = new AsyncDisposableStack();
    const ways = new Map<string, RedisWay>();
    const announce = async (redis: RedisServer) => {
      const way = stack.use(await redisWay(redis, { spares: (beginning) => beginning.includes("PING") }));
      ways.set(redis.url, way);
      return Number(new URL(way.url).port);
    };
    const cluster = stack.use(await startOwnRedisCluster({ runFolder, replica: "first", announce }));
    const scene = stack.use(await gateways(cluster, { deadlineMs: 250 }));
    const [dead = ""] = await oneOfEach(cluster);
    const [master] = cluster.masters;
    expect(allowedIn(await askAll(scene.limiters, [dead], 5))).toBe(5 * REPLICAS);
    await knowOfEachOther(scene.limiters, [dead]);
    ways.get(master?.redis.url ?? "")?.set("down", "lose");
    const asked = await askAll(scene.limiters, [dead], 3);
    expect([sourcesOf(asked), allowedIn(asked)]).toEqual([["local"], 3 * REPLICAS]);
    await until(() => replicated(cluster));
    process.kill(master?.redis.pid ?? 0, "SIGKILL");
    for (const limiter of scene.limiters) {
      await until(async () => {
        const { source, remaining } = await limiter.peek(dead);
        return source === "redis" && remaining <= LIMIT - 8 * REPLICAS;
      });
    }
    // Each has told what there is to tell, and leaves it to Redis.
    const others = neighbours(slotOf(`{${dead}}`), REPLICAS);
    for (const [i, limiter] of scene.limiters.entries()) {
      await until(async () => (await limiter.decide(others[i] ?? "", LIMIT)).outcome === "allowed");
    }
    for (const limiter of scene.limiters) {
      expect((await limiter.peek(dead)).remaining).toBe(LIMIT - 8 * REPLICAS);
    }
  });

  it("count nothing twice that is under way when it is killed, and lose only what was not replicated", async () => {
    const limit = 30_000;
    await using cluster = await startOwnRedisCluster({ runFolder, replica: "first" });
    const policies = [{ name: "p", limit, windowMs: MONTH_MS }];
    await using scene = await gateways(cluster, { policies, deadlineMs: 100 });
    const [dead = ""] = await oneOfEach(cluster);
    let allowed = 0;
    let isOver = false;
    const caller = async (limiter: Limiter): Promise<void> => {
      while (!isOver) {
        if ((await limiter.decide(dead)).outcome === "allowed") allowed++;
        await new Promise(setImmediate);
      }
    };
    const callers = scene.limiters.flatMap((limiter) => Array.from({ length: 5 }, () => caller(limiter)));
    await until(() => allowed > 300);
    process.kill(cluster.masters[0]?.redis.pid ?? 0, "SIGKILL");
    await lost(scene.limiters, dead, limit);
    isOver = true;
    await Promise.all(callers);
    const others = neighbours(slotOf(`{${dead}}`), REPLICAS);
    for (const [i, limiter] of scene.limiters.entries()) {
      await until(async () => (await limiter.decide(others[i] ?? "", limit)).outcome === "allowed");
    }
    // Redis may answer before it replicates: of each caller, one decision.
    const remaining = (await scene.limiters[0]?.peek(dead))?.remaining ?? 0;
    expect(remaining).toBeGreaterThanOrEqual(limit - allowed);
    expect(remaining).toBeLessThanOrEqual(limit - allowed + callers.length);
  });

  it("write back what they had admitted there when its data is gone and the connections are, too", async () => {
    await using cluster = await startOwnRedisCluster({ runFolder });
    await using scene = await gateways(cluster);
    const [dead = "", ...alive] = await oneOfEach(cluster);
    const beganMs = performance.now();
    expect(allowedIn(await askAll(scene.limiters, [dead, ...alive], 5))).toBe(5 * REPLICAS * 3);
    // What is younger may be gone although its master is not.
    await until(() => performance.now() > beganMs + 1_100);
    const client = cluster.masters[0]?.client;
    await client?.multi().flushall().call("client", "kill", "type", "normal", "skipme", "yes").exec();
    await lost(scene.limiters, dead);
    const ofAlive = await askAll(scene.limiters, alive, 1);
    expect([sourcesOf(ofAlive), allowedIn(ofAlive)]).toEqual([["redis"], REPLICAS * alive.length]);
    for (const limiter of scene.limiters) {
      await until(async () => {
        const { source, remaining } = await limiter.peek(dead);
        return source === "redis" && remaining === LIMIT - 5 * REPLICAS;
      });
    }
    for (const subject of alive) {
      expect((await scene.limiters[0]?.peek(subject))?.remaining).toBe(LIMIT - 6 * REPLICAS);
    }
  });

  it("write back what they had admitted there when its data is gone and the connections are not", async () => {
    await using cluster = await startOwnRedisCluster({ runFolder });
    await using scene = await gateways(cluster);
    const [flushed = "", ...others] = await oneOfEach(cluster);
    const beganMs = performance.now();
    await askAll(scene.limiters, [flushed, ...others], 5);
    await until(() => performance.now() > beganMs + 1_100);
    await cluster.masters[0]?.client.flushall();
    // The first batch after tells each gateway; what it decides is counted once.
    for (const limiter of scene.limiters) expect((await limiter.decide(flushed)).outcome).toBe("allowed");
    for (const [subject, times] of [[flushed, 6], ...others.map((other) => [other, 5] as const)] as const) {
      for (const limiter of scene.limiters) {
        await until(async () => (await limiter.peek(subject)).remaining === LIMIT - times * REPLICAS);
      }
    }
  });

  it.each(["closed", "open"] as const)(
    "that are %s leave it to Redis again when it is no longer frozen",
    async (fallback) => {
      await using cluster = await startOwnRedisCluster({ runFolder });
      const policies = [{ name: "p", limit: LIMIT, windowMs: MONTH_MS, fallback }];
      await using scene = await gateways(cluster, { deadlineMs: 100, policies });
      const [frozen = "", ...alive] = await oneOfEach(cluster);
      await askAll(scene.limiters, [frozen, ...alive], 5);
      process.kill(cluster.masters[0]?.redis.pid ?? 0, "SIGSTOP");
      await lost(scene.limiters, frozen);
      const local = await askAll(scene.limiters, [frozen], LIMIT);
      expect([sourcesOf(local), allowedIn(local)]).toEqual([
        ["local"],
        fallback === "open" ? LIMIT * REPLICAS : 0,
      ]);
      expect(sourcesOf(await askAll(scene.limiters, alive, 5))).toEqual(["redis"]);
      process.kill(cluster.masters[0]?.redis.pid ?? 0, "SIGCONT");
      for (const limiter of scene.limiters) {
        await until(async () => (await limiter.peek(frozen)).source === "redis");
      }
    },
  );

  it("decide by their shares when it is frozen, and by Redis again when it is not", async () => {
    await using cluster = await startOwnRedisCluster({ runFolder });
    await using scene = await gateways(cluster, { deadlineMs: 100 });
    const [frozen = "", ...alive] = await oneOfEach(cluster);
    await askAll(scene.limiters, [frozen, ...alive], 5);
    await knowOfEachOther(scene.limiters, [frozen]);
    process.kill(cluster.masters[0]?.redis.pid ?? 0, "SIGSTOP");
    await lost(scene.limiters, frozen);
    const local = await askAll(scene.limiters, [frozen], LIMIT);
    expect(allowedIn(local)).toBeLessThanOrEqual(LIMIT - 5 * REPLICAS);
    expect(sourcesOf(await askAll(scene.limiters, alive, 5))).toEqual(["redis"]);
    process.kill(cluster.masters[0]?.redis.pid ?? 0, "SIGCONT");
    const counted = LIMIT - 5 * REPLICAS - allowedIn(local);
    for (const limiter of scene.limiters) {
      await until(async () => {
        const { source, remaining } = await limiter.peek(frozen);
        return source === "redis" && remaining === counted;
      });
    }
  });
});

async function replicated({ masters, replica }: OwnRedisCluster): Promise<boolean> {
  const offset = async (client: OwnRedisCluster["masters"][number]["client"] | undefined) =>
    /master_repl_offset:(\d+)/.exec((await client?.info("replication")) ?? "")?.[1];
  return (await offset(masters[0]?.client)) === (await offset(replica?.client));
}
