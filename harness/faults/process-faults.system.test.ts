import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { type Faketime, findFaketime } from "../system/faketime/find-faketime.ts";
import { groupMembers } from "../system/group-members.ts";
import { readLeases } from "../system/lease.ts";
import { isStopped } from "../system/process-identity.ts";
import { infoField, tellRedis } from "../system/redis/tell-redis.ts";
import type { RedisControls, RedisServer } from "../system/redis-server.ts";
import type { ReplicaControls } from "../system/replica.ts";
import type { ControlledProxy } from "../toxiproxy/control.ts";
import type { Fault } from "./fault.ts";
import type { FaultSite } from "./fault-site.ts";
import { gatewayBusy } from "./gateway-busy.ts";
import { gatewayClock } from "./gateway-clock.ts";
import { gatewayFreeze } from "./gateway-freeze.ts";
import { gatewayKill } from "./gateway-kill.ts";
import { nodeSteering } from "./gateway-preload/node-steering.ts";
import { type ProcessStage, startProcessStage } from "./process-stage.ts";
import { redisClock } from "./redis-clock.ts";
import { redisDown } from "./redis-down.ts";
import { redisFailover } from "./redis-failover.ts";
import { redisFreeze } from "./redis-freeze.ts";
import { redisKill } from "./redis-kill.ts";
import { redisOutOfMemory } from "./redis-out-of-memory.ts";
import type { ProbeAnswer } from "./redis-probe.ts";
import { redisReadOnly } from "./redis-read-only.ts";
import { redisRestart } from "./redis-restart.ts";
import { scriptFlush } from "./script-flush.ts";
import { slowScript } from "./slow-script.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
const steering = nodeSteering();
let plain: ProcessStage;
let timed: ProcessStage;

beforeAll(async () => {
  const found = await findFaketime({ onProgress: (message) => console.log(message) });
  const faketime: Faketime = "preload" in found ? found : expect.fail(found.reason);
  plain = await startProcessStage({ runFolder, steering });
  timed = await startProcessStage({ runFolder, steering, faketime, replicas: 1 });
});
afterAll(async () => {
  for (const stage of [timed, plain]) await stage?.[Symbol.asyncDispose]();
  await steering[Symbol.asyncDispose]();
  rmSync(runFolder, { recursive: true });
});

/** What faults had to complain of. */
function log(): string {
  const file = join(runFolder, "logs/faults.log");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** What this process has started and not yet taken away, and what stands still of it. */
function belongings(): { readonly names: string[]; readonly folders: string[]; readonly stopped: number[] } {
  const own = readLeases().flatMap(({ lease }) => (lease?.owner.pid === process.pid ? [lease] : []));
  const groups = own.flatMap(({ processes }) => processes);
  return {
    names: groups.map(({ name }) => name).sort(),
    folders: own.flatMap(({ folders }) => folders).sort(),
    stopped: groups.flatMap(({ group }) => groupMembers(group)).filter(isStopped),
  };
}

function told(stage: ProcessStage, replica: number, command: readonly string[], withinMs = 5_000) {
  const way = stage.ways.ways[replica] ?? expect.fail("no such way");
  return way.probe.ask(command, withinMs);
}

function reply(answer: ProbeAnswer): string {
  if (answer.kind === "answered") return answer.reply;
  return answer.kind === "error" ? answer.message.replace(/ .*/s, "") : answer.kind;
}

async function decision({ gateways }: ProcessStage, replica: number, withinMs = 5_000): Promise<string> {
  const { host, port } = gateways.endpoints[replica] ?? expect.fail("no such gateway");
  const signal = AbortSignal.timeout(withinMs);
  try {
    const headers = { "x-client-id": "test" };
    const response = await fetch(`http://${host}:${port}/`, { headers, signal });
    return `${response.status} by ${response.headers.get("x-ratelimit-source") ?? "redis"}`;
  } catch (error) {
    return signal.aborted ? "silent" : String((error as { cause?: { code?: string } }).cause?.code);
  }
}

async function works(stage: ProcessStage): Promise<void> {
  for (const { replica } of stage.ways.ways) {
    expect(reply(await told(stage, replica, ["SET", "works", "1", "PX", "100"]))).toBe("OK");
    await expect.poll(() => decision(stage, replica), { timeout: 10_000 }).toBe("200 by redis");
  }
}

/** How far a clock is ahead, in whole seconds. */
async function redisSecondsAhead(stage: ProcessStage): Promise<number> {
  const [seconds] = reply(await told(stage, 0, ["TIME"])).split(" ");
  return Math.round(Number(seconds) - Date.now() / 1_000);
}

async function longestOf(times: number, look: () => Promise<unknown>): Promise<number> {
  let longestMs = 0;
  for (let left = times; left > 0; left--) {
    const beganMs = performance.now();
    await look();
    longestMs = Math.max(longestMs, performance.now() - beganMs);
  }
  return longestMs;
}

interface Story {
  readonly fault: Fault;
  readonly on: "plain" | "timed";
  /** What its own words must be. */
  readonly words: RegExp;
  /** What anybody can see of it who does not trust them; given what `before` gave. */
  readonly look: (stage: ProcessStage, before: string) => Promise<void>;
  readonly before?: (stage: ProcessStage) => Promise<string>;
  /** The same place, where a step fails after those before it were done. */
  readonly sabotaged?: (site: FaultSite) => FaultSite;
  /** A command that Redis is forbidden, so that a step fails. */
  readonly forbidden?: string;
  /** The same fault with a number at which a step fails. @default `fault` */
  readonly failing?: Fault;
}

const key = "process-faults:test";
const setKey = async (stage: ProcessStage) => reply(await told(stage, 0, ["SET", key, "1"]));
const keyIsGone = async (stage: ProcessStage) => {
  for (const { replica } of stage.ways.ways)
    expect(reply(await told(stage, replica, ["EXISTS", key]))).toBe("0");
};

/** Does what it is told, and then says that it could not; only the first time. */
function failsOnce(work: () => Promise<void>): () => Promise<void> {
  let failures = 0;
  return async () => {
    await work();
    if (failures++ === 0) throw new Error("sabotage");
  };
}

const withControls = (change: (controls: RedisControls) => Partial<RedisControls>) => (site: FaultSite) => {
  const redis = site.redis ?? expect.fail("no Redis");
  const controls = redis.controls ?? expect.fail("not ours");
  return { ...site, redis: { ...redis, controls: { ...controls, ...change(controls) } } };
};

const clockFailsOnce = ({ setClock }: RedisControls): Partial<RedisControls> => {
  let failures = 0;
  const fails = async (aheadMs: number) => {
    await setClock?.(aheadMs);
    if (failures++ === 0) throw new Error("sabotage");
  };
  return { setClock: fails };
};

const withLastGateway =
  (change: (controls: ReplicaControls) => Partial<ReplicaControls>) => (site: FaultSite) => {
    const gateways = site.gateways ?? expect.fail("no gateways");
    const controls = gateways.controls.map((each, index) =>
      index === gateways.controls.length - 1 ? { ...each, ...change(each) } : each,
    );
    return { ...site, gateways: { ...gateways, controls } };
  };

const withLastSteered = (command: "setClock" | "block") => (site: FaultSite) => {
  const gateways = site.gateways ?? expect.fail("no gateways");
  const last = site.replicas.at(-1);
  const original = steering[command] ?? expect.fail("cannot be steered so");
  let failures = 0;
  const fails = async (...args: [number, number, number]) => {
    await original(...args);
    if (args[0] === last && failures++ === 0) throw new Error("sabotage");
  };
  return { ...site, gateways: { ...gateways, steering: { ...steering, [command]: fails } } };
};

const withLastProxy = (site: FaultSite) => {
  const paths = site.paths.map((way, index) => {
    if (index < site.paths.length - 1) return way;
    let failures = 0;
    const pointTo: ControlledProxy["pointTo"] = async (to) => {
      await way.proxy.pointTo(to);
      if (failures++ === 0) throw new Error("sabotage");
    };
    return { ...way, proxy: { ...way.proxy, pointTo } };
  });
  return { ...site, paths };
};

const stories: readonly Story[] = [
  {
    fault: redisKill(),
    on: "plain",
    words: /^PING was (closed|refused|reset)( or \w+)? on replicas 0, 1 \(before: .* ms\)$/,
    look: async (stage) => {
      expect(reply(await told(stage, 0, ["PING"]))).toMatch(/closed|refused|reset/);
      expect(stage.redis.pid).toBeNull();
      expect(await decision(stage, 0)).not.toBe("200 by redis");
    },
    sabotaged: withControls(({ kill }) => ({ kill: failsOnce(kill) })),
  },
  {
    fault: redisRestart(),
    on: "plain",
    words:
      /^run [0-9a-f]{8} of Redis has become [0-9a-f]{8} on replicas 0, 1, in .* ms, and a key from before is gone$/,
    before: setKey,
    look: keyIsGone,
    sabotaged: withControls(({ start }) => {
      let failures = 0;
      return { start: () => (failures++ === 0 ? Promise.reject(new Error("sabotage")) : start()) };
    }),
  },
  {
    fault: redisFreeze(),
    on: "plain",
    words: /^PING was not answered within 300 ms on replicas 0, 1 \(before: .* ms\)$/,
    look: async (stage) => {
      expect(isStopped(stage.redis.pid ?? 0)).toBe(true);
      expect(reply(await told(stage, 1, ["PING"], 100))).toBe("silent");
    },
    sabotaged: withControls(({ freeze }) => ({ freeze: failsOnce(freeze) })),
  },
  {
    fault: scriptFlush(),
    on: "plain",
    words: /^a script that was loaded before is unknown on replicas 0, 1/,
    before: async (stage) => reply(await told(stage, 0, ["SCRIPT", "LOAD", "return 7"])),
    look: async (stage, script) => {
      expect(reply(await told(stage, 0, ["EVALSHA", script, "0"]))).toBe("NOSCRIPT");
      expect(await decision(stage, 0)).toBe("200 by redis");
    },
    forbidden: "script|flush",
  },
  {
    fault: scriptFlush({ everyMs: 20 }),
    on: "plain",
    words: /^a script that was loaded before is unknown on replicas 0, 1/,
    look: async (stage) => {
      for (let times = 0; times < 3; times++) {
        const script = reply(await told(stage, 0, ["SCRIPT", "LOAD", `return ${times}`]));
        const known = async () => reply(await told(stage, 0, ["SCRIPT", "EXISTS", script]));
        await expect.poll(known, { timeout: 10_000 }).toBe("0");
      }
    },
    forbidden: "script|load",
  },
  {
    fault: redisOutOfMemory(),
    on: "plain",
    words:
      /^SET was answered with "OOM command not allowed.*" in .* ms on replicas 0, 1 \(before: written in/,
    look: async (stage) => {
      expect(reply(await told(stage, 0, ["SET", key, "1"]))).toBe("OOM");
      expect(reply(await told(stage, 0, ["CONFIG", "GET", "maxmemory-policy"]))).toContain("noeviction");
    },
    failing: redisOutOfMemory({ maxBytes: 1e30 }),
  },
  {
    fault: slowScript({ scriptMs: 120, everyMs: 200 }),
    on: "plain",
    words: /^PING took \d{2,}\.\d.* ms on replicas 0, 1 \(before: .* ms\)$/,
    look: async (stage) => {
      const seen = async () => (await longestOf(5, () => told(stage, 0, ["PING"]))) > 90;
      await expect.poll(seen, { timeout: 10_000 }).toBe(true);
    },
    forbidden: "eval",
  },
  {
    fault: redisReadOnly(),
    on: "plain",
    words:
      /^SET was answered with "READONLY .*" in .* ms on replicas 0, 1 .*; a key from before is still read$/,
    before: setKey,
    look: async (stage) => {
      expect(reply(await told(stage, 1, ["SET", key, "1"]))).toBe("READONLY");
      expect(reply(await told(stage, 1, ["GET", key]))).toBe("1");
    },
    forbidden: "replicaof",
  },
  {
    fault: redisFailover({ suffixMs: 150 }),
    on: "plain",
    words:
      /^run \w{8} of Redis was replaced by its follower \w{8} on replicas 0, 1, in .* there, one from after it is not$/,
    before: setKey,
    look: async (stage) => {
      const port = async (replica: number) =>
        infoField(reply(await told(stage, replica, ["INFO", "server"])), "tcp_port");
      expect(await port(0)).not.toBe(new URL(stage.redis.url).port);
      expect(await port(0)).toBe(await port(1));
      expect(reply(await told(stage, 0, ["GET", key]))).toBe("1");
      expect(reply(await told(stage, 0, ["SET", "process-faults:kept", "written meanwhile"]))).toBe("OK");
    },
    sabotaged: withLastProxy,
  },
  {
    fault: redisClock({ jumpMs: 3_600_000 }),
    on: "timed",
    words:
      /^TIME is ahead of the machine's clock by \d+ to \d+ ms on replica 0 \(before: -?\d+ to -?\d+ ms\)$/,
    look: async (stage) => {
      expect(await redisSecondsAhead(stage)).toBeGreaterThan(3_500);
    },
    sabotaged: withControls(clockFailsOnce),
  },
  {
    fault: redisClock({ jumpMs: -60_000 }),
    on: "timed",
    words: /^TIME is ahead of the machine's clock by -\d+ to -\d+ ms on replica 0/,
    look: async (stage) => {
      expect(await redisSecondsAhead(stage)).toBeLessThan(-50);
    },
    sabotaged: withControls(clockFailsOnce),
  },
  {
    fault: gatewayKill(),
    on: "plain",
    words: /^\/healthz was (refused|reset)( or \w+)? on replicas 0, 1 \(before: .* ms\)$/,
    look: async (stage) => {
      expect(await decision(stage, 0)).toBe("ECONNREFUSED");
      expect(stage.gateways.pids).toEqual([]);
    },
    sabotaged: withLastGateway(({ kill }) => ({ kill: failsOnce(kill) })),
  },
  {
    fault: gatewayFreeze(),
    on: "plain",
    words: /^\/healthz was not answered within 300 ms on replicas 0, 1 \(before: .* ms\)$/,
    look: async (stage) => {
      expect(stage.gateways.pids.map(isStopped)).toEqual([true, true]);
      expect(await decision(stage, 0, 100)).toBe("silent");
    },
    sabotaged: withLastGateway(({ freeze }) => ({ freeze: failsOnce(freeze) })),
  },
  {
    fault: gatewayBusy({ blockMs: 120, everyMs: 250 }),
    on: "plain",
    words: /^\/healthz took \d{2,}\.\d.* ms on replicas 0, 1 \(before: .* ms\)$/,
    look: async (stage) => {
      const seen = async () => (await longestOf(10, () => decision(stage, 0))) > 90;
      await expect.poll(seen, { timeout: 10_000 }).toBe(true);
    },
    sabotaged: withLastSteered("block"),
  },
  {
    fault: gatewayClock({ jumpMs: 3_600_000 }),
    on: "plain",
    words:
      /^the gateway's clock is ahead of the machine's by \d+ to \d+ ms on replicas 0, 1 \(before: -?\d+ to -?\d+ ms\)$/,
    look: async (stage) => {
      const endpoint = stage.gateways.endpoints[0] ?? expect.fail("no such gateway");
      expect((await steering.clockAhead(0, endpoint))?.atLeastMs).toBeGreaterThan(3_500_000);
      expect(await decision(stage, 0)).toBe("200 by redis");
    },
    sabotaged: withLastSteered("setClock"),
  },
];

describe.for(stories)("$fault.name: $fault.legend", ({ fault, on, words, look, before, ...story }) => {
  it("is seen, also by others, is healed, twice in a row, and leaves nothing", async () => {
    const stage = { plain, timed }[on];
    const at = belongings();
    for (let round = 1; round <= 2; round++) {
      await works(stage);
      const noted = (await before?.(stage)) ?? "";
      await using injected = await fault.inject(stage.site);
      expect(await injected.verify()).toMatch(words);
      await look(stage, noted);
      await injected[Symbol.asyncDispose]();
      expect(await injected.verifyHealed()).not.toBeNull();
      await injected[Symbol.asyncDispose]();
      expect(await injected.verifyHealed()).not.toBeNull();
      await works(stage);
    }
    expect(belongings()).toEqual(at);
    expect(log()).toBe("");
  });

  it("that fails half-way leaves everything as it was", async () => {
    const stage = { plain, timed }[on];
    const at = belongings();
    const usual = await settings(stage);
    const { failing = fault, forbidden = null, sabotaged = (site: FaultSite) => site } = story;
    if (forbidden !== null) await tellRedis(stage.redis.url, ["ACL", "SETUSER", "default", `-${forbidden}`]);
    await expect(failing.inject(sabotaged(stage.site))).rejects.toThrow();
    if (forbidden !== null) await tellRedis(stage.redis.url, ["ACL", "SETUSER", "default", "+@all"]);
    await works(stage);
    expect(await settings(stage)).toEqual(usual);
    expect(belongings()).toEqual(at);
  });
});

/** What a fault may have set in Redis. */
async function settings({ redis }: ProcessStage): Promise<unknown[]> {
  const names = ["maxmemory", "maxmemory-policy", "replicaof"];
  return Promise.all(names.map((name) => tellRedis(redis.url, ["CONFIG", "GET", name])));
}

const idle: readonly { readonly fault: Fault; readonly on: "plain" | "timed" }[] = [
  { fault: slowScript({ scriptMs: 0 }), on: "plain" },
  { fault: slowScript({ scriptMs: 1, everyMs: 10 }), on: "plain" },
  { fault: redisFailover({ suffixMs: 0 }), on: "plain" },
  { fault: redisOutOfMemory({ maxBytes: 1e12 }), on: "plain" },
  { fault: redisClock({ jumpMs: 0 }), on: "timed" },
  { fault: gatewayBusy({ blockMs: 0, everyMs: 100 }), on: "plain" },
  { fault: gatewayClock({ jumpMs: 0 }), on: "plain" },
];

test.for(idle)("$fault.name that does nothing is not seen ($fault.legend)", async ({ fault, on }) => {
  const stage = { plain, timed }[on];
  const at = belongings();
  await using injected = await fault.inject(stage.site);
  expect(await injected.verify()).toBeNull();
  await injected[Symbol.asyncDispose]();
  expect(await injected.verifyHealed()).not.toBeNull();
  await works(stage);
  expect(belongings()).toEqual(at);
});

describe("what is not as it should be", () => {
  it("a fault that somebody else has healed is not seen", async () => {
    await using frozen = await redisFreeze().inject(plain.site);
    await plain.redis.controls?.thaw();
    expect(await frozen.verify()).toBeNull();
    await frozen[Symbol.asyncDispose]();
    await using killed = await gatewayKill().inject({ ...plain.site, replicas: [1] });
    await plain.gateways.controls[1]?.start();
    expect(await killed.verify()).toBeNull();
    await killed[Symbol.asyncDispose]();
    await works(plain);
  });

  it("one that is still in force is not seen to be healed, and what cannot be healed is told in the log", async () => {
    const controls = plain.redis.controls ?? expect.fail("not ours");
    const thaw = () => Promise.reject(new Error("no way to thaw it"));
    const redis = { ...plain.site.redis, controls: { ...controls, thaw } };
    await using injected = await redisFreeze().inject({ ...plain.site, redis });
    await injected.verify();
    await injected[Symbol.asyncDispose]();
    expect(await injected.verifyHealed()).toBeNull();
    await controls.thaw();
    expect(await injected.verifyHealed()).not.toBeNull();
    expect(log()).toContain("redis-freeze could not be healed: no way to thaw it");
    rmSync(join(runFolder, "logs/faults.log"));
  });

  it("a Redis that is not ours, and gateways that are not, are refused", async () => {
    const given: RedisServer = { ...plain.site.redis, owned: false, controls: null };
    await expect(redisKill().inject({ ...plain.site, redis: given })).rejects.toThrow("a Redis that is ours");
    await expect(gatewayKill().inject({ ...plain.site, gateways: null })).rejects.toThrow("not ours");
    await expect(gatewayKill().inject({ ...plain.site, replicas: [7] })).rejects.toThrow("gateway 7");
    await expect(redisClock({ jumpMs: 1_000 }).inject(plain.site)).rejects.toThrow("libfaketime");
    await expect(redisFailover({ suffixMs: 9 }).inject({ ...plain.site, replicas: [0] })).rejects.toThrow(
      "every replica",
    );
    await works(plain);
  });

  it("numbers that make no sense are refused at once", () => {
    expect(() => slowScript({ scriptMs: -1 })).toThrow(RangeError);
    expect(() => scriptFlush({ everyMs: 0 })).toThrow(RangeError);
    expect(() => redisFailover({ suffixMs: Number.NaN })).toThrow(RangeError);
    expect(() => redisOutOfMemory({ maxBytes: 0 })).toThrow(RangeError);
    expect(() => redisClock({ jumpMs: Number.POSITIVE_INFINITY })).toThrow(RangeError);
    expect(() => gatewayBusy({ blockMs: 10, everyMs: -1 })).toThrow(RangeError);
    expect(() => gatewayClock({ jumpMs: Number.NaN })).toThrow(RangeError);
  });
});

describe("a fault that heals leaves another one in force", () => {
  it("a failover: proxies that are switched off stay so", async () => {
    await using failover = await redisFailover({ suffixMs: 50 }).inject(plain.site);
    expect(await failover.verify()).not.toBeNull();
    await using down = await redisDown().inject(plain.site);
    expect(await down.verify()).not.toBeNull();
    await failover[Symbol.asyncDispose]();
    expect(await down.verify()).not.toBeNull();
    await down[Symbol.asyncDispose]();
    expect(await down.verifyHealed()).not.toBeNull();
    await works(plain);
  });

  it("a restart: a Redis that was killed since stays dead", async () => {
    await using restart = await redisRestart().inject(plain.site);
    expect(await restart.verify()).not.toBeNull();
    await using kill = await redisKill().inject(plain.site);
    expect(await kill.verify()).not.toBeNull();
    await restart[Symbol.asyncDispose]();
    expect(await kill.verify()).not.toBeNull();
    await kill[Symbol.asyncDispose]();
    await works(plain);
  });
});

describe("what a fault costs", () => {
  it("a failover loses the suffix and nothing else: what was written meanwhile is kept when it is healed", async () => {
    expect(reply(await told(plain, 0, ["SET", "process-faults:early", "1"]))).toBe("OK");
    await using injected = await redisFailover({ suffixMs: 100 }).inject(plain.site);
    expect(await injected.verify()).not.toBeNull();
    for (const name of ["one", "two"])
      expect(reply(await told(plain, 1, ["SET", `process-faults:${name}`, "1"]))).toBe("OK");
    await injected[Symbol.asyncDispose]();
    for (const name of ["early", "one", "two"])
      expect(await tellRedis(plain.redis.url, ["GET", `process-faults:${name}`])).toBe("1");
  });

  it("a promoted Redis that dies takes along what was written to it, which is not seen as healed", async () => {
    await using injected = await redisFailover({ suffixMs: 100 }).inject(plain.site);
    expect(await injected.verify()).not.toBeNull();
    const promoted = reply(await told(plain, 0, ["INFO", "server"]));
    process.kill(Number(infoField(promoted, "process_id")), "SIGKILL");
    await injected[Symbol.asyncDispose]();
    expect(await injected.verifyHealed()).toBeNull();
    expect(log()).toContain("redis-failover could not be healed");
    rmSync(join(runFolder, "logs/faults.log"));
    await works(plain);
  });

  it("memory and its policy are set back to what they were", async () => {
    await tellRedis(plain.redis.url, ["CONFIG", "SET", "maxmemory-policy", "volatile-ttl"]);
    await tellRedis(plain.redis.url, ["CONFIG", "SET", "maxmemory", "1073741824"]);
    const usual = await settings(plain);
    await using injected = await redisOutOfMemory().inject(plain.site);
    expect(await settings(plain)).not.toEqual(usual);
    await injected[Symbol.asyncDispose]();
    expect(await settings(plain)).toEqual(usual);
  });

  it("a gateway that was killed has another life, on the same port, that began after the one before had ended", async () => {
    const { gateways } = plain;
    const { endpoints } = gateways;
    const lives = () => gateways.lives().filter(({ replica }) => replica === 1);
    const before = lives();
    await using injected = await gatewayKill().inject({ ...plain.site, replicas: [1] });
    expect(await decision(plain, 0)).toBe("200 by redis");
    await injected[Symbol.asyncDispose]();
    const [last, next] = lives().slice(before.length - 1);
    expect(lives()).toHaveLength(before.length + 1);
    expect(last?.untilMs).toBeLessThanOrEqual(next?.fromMs ?? 0);
    expect(next?.untilMs).toBeNull();
    expect(gateways.endpoints).toEqual(endpoints);
  });
});
