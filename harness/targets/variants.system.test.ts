import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listVariants } from "../cli/catalogue.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { fleetOf } from "./fleet.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
const variants = await listVariants();
let redis: RedisServer;
beforeAll(async () => {
  redis = await provideRedis({ system: "local", runFolder, onProgress() {} });
});
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  rmSync(runFolder, { recursive: true });
});

/** For an hour, so that nothing expires while a test runs; a share is 10. */
const policy = { name: "hourly", limit: 30, windowMs: 3_600_000 } as const;

describe.each(variants)("the contract of a variant: $name", ({ thing }) => {
  const isLimited = thing.promises(policy).upper.kind !== "unlimited";

  it("says in a sentence what it is, and promises what is plain data", () => {
    const promises = thing.promises(policy);
    expect(thing.about).toMatch(/\.$/);
    expect(JSON.parse(JSON.stringify(promises))).toEqual(promises);
    expect(promises.clockResolutionMs).toBeGreaterThanOrEqual(0);
    expect(promises.stateHorizonMs).toBeGreaterThanOrEqual(0);
  });

  it("lets in the limit and no more, whichever replica is asked, in the name of Redis", async () => {
    await using fleet = await fleetOf(thing, policy, redis);
    const answers = await fleet.ask(45);
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(isLimited ? [200, 429] : [200]));
    const allowed = statuses.filter((status) => status === 200).length;
    expect(allowed).toBe(isLimited ? policy.limit : 45);
    const admitted = answers.filter(({ status }) => status === 200);
    expect(admitted.every(({ source }) => source === (isLimited ? "redis" : null))).toBe(true);
  });

  it("keeps what it knows in Redis only: two fleets do not meet in one keyspace", async () => {
    await using fleet = await fleetOf(thing, policy, redis);
    await fleet.ask(policy.limit);
    await using other = await fleetOf(thing, policy, redis);
    expect((await other.ask(3)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("answers every request while Redis is away, with a decision, a refusal or an error, and none after it is closed", async () => {
    const fleet = await fleetOf(thing, policy, redis);
    await fleet.ask(3);
    fleet.lose();
    const answers = await fleet.ask(9);
    expect(answers).toHaveLength(9);
    for (const { status } of answers) expect([200, 429, 500, 503]).toContain(status);
    await fleet[Symbol.asyncDispose]();
  });
});
