import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listMutants } from "../cli/catalogue.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { type Fleet, type FleetAnswer, fleetOf } from "./fleet.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
const mutants = await listMutants();
let redis: RedisServer;
let client: Redis;
beforeAll(async () => {
  redis = await provideRedis({ system: "local", runFolder, onProgress() {} });
  client = new Redis(redis.url);
});
afterAll(async () => {
  await client?.quit();
  await redis?.[Symbol.asyncDispose]();
  rmSync(runFolder, { recursive: true });
});

/** For an hour, so that nothing expires while a test runs; a share is 10. */
const policy = { name: "hourly", limit: 30, windowMs: 3_600_000 } as const;

const letIn = (...answers: readonly FleetAnswer[][]): number =>
  answers.flat().filter(({ status }) => status === 200).length;
const from = (source: string, answers: readonly FleetAnswer[]): number =>
  answers.filter((answer) => answer.source === source).length;

/** Whether the limiter does what it must not. */
type Story = (fleet: Fleet) => Promise<boolean>;

const stories: Readonly<Record<string, Story>> = {
  async "full-limit-alone"({ lose, ask }) {
    lose();
    return letIn(await ask(90)) > policy.limit;
  },
  async "cold-share"({ lose, ask }) {
    await ask(30);
    lose();
    return letIn(await ask(30)) > 0;
  },
  async "forgets-the-outage"({ lose, heal, ask, isBack }) {
    lose();
    const without = await ask(30);
    heal();
    expect(await isBack()).toBe(true);
    return letIn(without, await ask(30)) > policy.limit;
  },
  async "opens-silently"({ lose, ask }) {
    lose();
    const without = await ask(60);
    return letIn(without) === 60 && from("redis", without) === 60;
  },
  async "errors-are-denials"({ lose, ask }) {
    lose();
    return letIn(await ask(10)) === 0;
  },
  async "denies-alone"({ lose, ask }) {
    lose();
    const without = await ask(10);
    return letIn(without) === 0 && from("local", without) === 10;
  },
  async "errors-are-crashes"({ lose, ask }) {
    lose();
    return (await ask(10)).some(({ status }) => status === 500);
  },
  async "never-comes-back"({ lose, heal, isBack, ask }) {
    lose();
    await ask(3);
    heal();
    return !(await isBack(5_000));
  },
  async "waits-for-redis"({ lose, heal, ask }) {
    lose();
    const asking = ask(1);
    const first = await Promise.race([asking.then(() => "answered"), ticksFor(500)]);
    heal();
    await asking;
    return first !== "answered";
  },
  async "replays-commands"({ lose, heal, ask, isBack }) {
    lose();
    const without = letIn(await ask(20, [0]));
    heal();
    expect(await isBack()).toBe(true);
    // Of what another replica says of Redis, the first one's share is no part.
    const [after] = await ask(1, [1]);
    return (after?.remaining ?? 0) < policy.limit - without - 1;
  },
  async "retries-without-identity"({ road, ask, isBack }) {
    road.set("down", "hold");
    const without = letIn(await ask(2, [0]));
    road.set("down", "pass");
    expect(await isBack()).toBe(true);
    const [after] = await ask(1, [0]);
    return (after?.remaining ?? 0) < policy.limit - without - 1;
  },
  async "no-noscript"({ ask }) {
    await ask(3);
    await client.script("FLUSH");
    return (await ask(3)).some(({ status }) => status === 500);
  },
  async "lies-about-source"({ lose, ask }) {
    lose();
    await ask(3);
    return from("local", await ask(3)) === 0;
  },
  async "storms-redis"({ road, ask }) {
    const before = await connections();
    const cutting = setInterval(road.cut, 10);
    const untilMs = performance.now() + 1_000;
    while (performance.now() < untilMs) await ask(3);
    clearInterval(cutting);
    return (await connections()) - before > 3 * MOST_A_SECOND;
  },
  "own-clock": ahead,
  "own-window": ahead,
  async "counts-until-flush"({ ask }) {
    const answers = await Promise.all([ask(30, [0]), ask(30, [1]), ask(30, [2])]);
    return letIn(...answers) > policy.limit;
  },
  async "spends-leases"({ ask }) {
    const first = await ask(2, [0, 1]);
    return letIn(first, await ask(30, [2])) < policy.limit;
  },
  "clears-at-start": freshAfterRestart,
  "shares-in-memory": freshAfterRestart,
  async "counts-throttles-twice"({ ask, metrics }) {
    const denied = 40 - letIn(await ask(40));
    return told(await metrics(), "rate_limiter_throttled_total{") > denied;
  },
  async "forgets-fallback-denials"({ lose, ask, metrics }) {
    lose();
    const denied = 40 - letIn(await ask(40));
    return told(await metrics(), "rate_limiter_throttled_total{") < denied;
  },
  async "counts-cut-calls-as-allowed"({ lose, ask, metrics }) {
    lose();
    const allowed = letIn(await ask(40));
    return told(await metrics(), 'outcome="allowed"') > allowed;
  },
  async "milliseconds-for-seconds"({ ask, metrics }) {
    const startedMs = performance.now();
    await ask(9);
    const seconds = (performance.now() - startedMs) / 1_000;
    return told(await metrics(), "rate_limiter_decision_duration_seconds_sum ") > seconds;
  },
  async "keys-live-for-ever"({ ask }) {
    const before = new Set(await client.keys("*"));
    await ask(1);
    const made = (await client.keys("*")).filter((key) => !before.has(key) && key.includes("one"));
    const lives = await Promise.all(made.map((key) => client.pttl(key)));
    expect(lives).toHaveLength(1);
    return lives.includes(-1);
  },
  async "resets-a-window-late"({ ask }) {
    const [first] = await ask(1);
    return Number(/;t=(\d+)/.exec(first?.rateLimit ?? "")?.[1]) > policy.windowMs / 1_000;
  },
  async "forgets-what-it-just-charged"({ ask }) {
    const [first] = await ask(1);
    return first?.remaining === policy.limit;
  },
  async "unquoted-policy"({ ask }) {
    const [first] = await ask(1);
    return !first?.rateLimit?.startsWith('"');
  },
};

/** Each replica has spent its part of the limit before one of them is started again. */
async function freshAfterRestart({ ask, restart }: Fleet): Promise<boolean> {
  const before = await ask(30);
  await restart(1);
  return letIn(before, await ask(30)) > policy.limit;
}

/** What the lines with `part` add up to, over all replicas. */
function told(texts: readonly string[], part: string): number {
  const lines = texts.flatMap((text) => text.split("\n")).filter((line) => line.includes(part));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** A replica that begins again after 25 ms, and then more seldom, does not make more connections. */
const MOST_A_SECOND = 40;

/** The clock of one replica is two windows ahead. */
async function ahead({ ask }: Fleet): Promise<boolean> {
  const before = await ask(30, [0]);
  const now = Date.now;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + 2 * policy.windowMs);
  const after = await ask(30, [1]);
  clock.mockRestore();
  return letIn(before, after) > policy.limit;
}

async function connections(): Promise<number> {
  const [, received] = /total_connections_received:(\d+)/.exec(await client.info("stats")) ?? [];
  return Number(received);
}

function ticksFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe("a limiter with a seeded bug", () => {
  for (const { name, thing } of mutants) {
    const story = stories[name];
    if (story === undefined) continue;
    it(`does what it must not: ${name}`, async () => {
      await using fleet = await fleetOf(thing.variant({ bug: true }), policy, redis);
      expect(await story(fleet)).toBe(true);
    });

    it(`does not without the bug: ${name}`, async () => {
      await using fleet = await fleetOf(thing.variant({ bug: false }), policy, redis);
      expect(await story(fleet)).toBe(false);
    });

    it(`names its source and who must convict it: ${name}`, () => {
      expect(thing.source).not.toBe("");
      expect(thing.convictedBy.length).toBeGreaterThan(0);
    });
  }

  it("is tried here, or by a clock or a race that only a scenario has", () => {
    const elsewhere = [
      "floors-retry-after",
      "tells-the-whole-window",
      "read-then-write",
      "clock-may-step-back",
      "debt-in-the-future",
      "hasty-watchdog",
      "naive-warm",
      "stamps-as-names",
      "denials-consume",
      "denies-newcomers",
      "expires-from-its-birth",
      "charges-one",
      "folds-names",
      "fixed-as-sliding",
      "counters-as-sliding",
      "charges-before-all-agree",
      "counts-tenants-by-user",
      "holds-every-request",
      "names-the-first-policy",
      "only-says-it-gave-back",
      "prolongs-a-dying-window",
      "refunds-twice",
      "truncates-the-wait",
      "waits-with-a-connection",
    ];
    expect(Object.keys(stories).concat(elsewhere).sort()).toEqual(mutants.map(({ name }) => name).sort());
  });
});
