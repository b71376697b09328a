import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { packageRoot } from "../package-root.ts";
import { cacheFolder } from "../system/cache-folder.ts";
import { groupMembers } from "../system/group-members.ts";
import { readLeases } from "../system/lease.ts";
import { removeLeftovers } from "../system/leftovers.ts";
import { isStopped } from "../system/process-identity.ts";
import { until } from "../system/until.ts";

const cache = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
const started: ChildProcess[] = [];

beforeAll(() => {
  const shared = cacheFolder();
  for (const name of ["redis", "faketime"]) {
    mkdirSync(join(shared, name), { recursive: true });
    symlinkSync(join(shared, name), join(cache, name));
  }
  vi.stubEnv("GATECRASH_CACHE", cache);
});
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

/** A harness that has injected `fault` (an expression) and then waits for ever; it heals when it is interrupted. */
async function harness(file: string, fault: string): Promise<ChildProcess> {
  const from = (path: string) => JSON.stringify(join(packageRoot, "harness", path));
  const script = `
    import { ${fault.replace(/\(.*/, "")} } from ${from(`faults/${file}.ts`)};
    import { nodeSteering } from ${from("faults/gateway-preload/node-steering.ts")};
    import { startProcessStage } from ${from("faults/process-stage.ts")};
    import { trackEnding } from ${from("system/ending.ts")};
    const ending = trackEnding();
    setInterval(() => {}, 1000);
    const steering = ending.own(nodeSteering());
    const runFolder = ${JSON.stringify(cache)};
    const stage = ending.own(await startProcessStage({ runFolder, steering }));
    const injected = ending.own(await ${fault}.inject(stage.site));
    console.log((await injected.verify()) === null ? "nothing" : "broken");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: packageRoot,
    env: process.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  let out = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  await until(() => out.includes("\n") || child.exitCode !== null, { withinMs: 60_000 });
  expect(out).toBe("broken\n");
  return child;
}

function leasedGroups(): number[] {
  return readLeases().flatMap(({ lease }) => (lease?.processes ?? []).map(({ group }) => group));
}

const frozen = ["redis-freeze", "gateway-freeze"];

describe.for([
  ["redis-freeze", "redisFreeze()"],
  ["gateway-freeze", "gatewayFreeze()"],
  ["redis-failover", "redisFailover({ suffixMs: 100 })"],
  ["redis-kill", "redisKill()"],
  ["slow-script", "slowScript({ scriptMs: 200 })"],
  ["gateway-busy", "gatewayBusy({ blockMs: 200, everyMs: 300 })"],
] as const)("a harness that ends with %s in force", ([file, fault]) => {
  it("by kill -9 leaves no process, stopped or not, and no folder that the next one does not remove", async () => {
    const child = await harness(file, fault);
    const groups = leasedGroups();
    expect(groups.length).toBeGreaterThan(file === "redis-kill" ? 2 : 3);
    const stopped = groups.flatMap(groupMembers).filter(isStopped);
    expect(stopped.length > 0).toBe(frozen.includes(file));
    child.kill("SIGKILL");
    await until(() => groups.flatMap(groupMembers).length === 0, { withinMs: 20_000 });
    const kinds = removeLeftovers().map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(["folder"]));
    expect(readLeases()).toEqual([]);
  });

  it("by Ctrl-C leaves nothing at all", async () => {
    const child = await harness(file, fault);
    const groups = leasedGroups();
    child.kill("SIGINT");
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).toBe(130);
    expect(groups.flatMap(groupMembers)).toEqual([]);
    expect(readLeases()).toEqual([]);
  });
});
