import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { findFaketime } from "../system/faketime/find-faketime.ts";
import { startGateways } from "../system/gateways.ts";
import { givenRedis } from "../system/redis/given-redis.ts";
import { faketimeSteering } from "./faketime-steering.ts";
import { gatewayBusy } from "./gateway-busy.ts";
import { gatewayClock } from "./gateway-clock.ts";

test("a program that knows nothing of us takes another time for now, and leaves nothing when it is killed", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
  const shared = () => readdirSync("/dev/shm").filter((name) => name.includes("faketime"));
  const sharedBefore = shared();
  const found = await findFaketime({ onProgress: (message) => console.log(message) });
  if (!("preload" in found)) expect.fail(found.reason);
  const file = join(runFolder, "gateway.mjs");
  writeFileSync(
    file,
    `import { createServer } from "node:http";
     createServer((_, response) => response.end()).listen(process.env.PORT, process.env.HOST);`,
  );
  {
    await using steering = faketimeSteering(found);
    await using gateways = await startGateways({
      command: process.execPath,
      args: [file],
      replicas: 2,
      policies: [{ name: "one", limit: 1, windowMs: 1_000 }],
      redisUrl: () => inject("redisUrl"),
      runFolder,
      steering,
    });
    const redis = await givenRedis(inject("redisUrl"));
    const site = { replicas: [1], seed: 1, paths: [], redis, gateways, runFolder };
    const fault = gatewayClock({ jumpMs: -7_200_000, by: "faketime" });
    await using injected = await fault.inject(site);
    expect(await injected.verify()).toMatch(/ahead of the machine's by -72\d+ to -71\d+ ms on replica 1 /);
    expect(
      (await steering.clockAhead(0, gateways.endpoints[0] ?? expect.fail("none")))?.atMostMs,
    ).toBeLessThan(60_000);
    await injected[Symbol.asyncDispose]();
    expect(await injected.verifyHealed()).not.toBeNull();
    await expect(gatewayBusy({ blockMs: 9, everyMs: 99 }).inject(site)).rejects.toThrow("gateways of Node");
    await gateways.controls[0]?.kill();
  }
  expect(shared()).toEqual(sharedBefore);
  rmSync(runFolder, { recursive: true });
});
