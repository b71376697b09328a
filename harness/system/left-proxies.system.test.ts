import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { packageRoot } from "../package-root.ts";
import { type Rig, rig } from "../toxiproxy/test-rig.ts";
import type { Lease } from "./lease.ts";
import { healLeftProxies } from "./left-proxies.ts";
import { removeLeftovers } from "./leftovers.ts";
import { identityOf, pidSpace } from "./process-identity.ts";
import { until } from "./until.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
  mkdirSync(join(cache, "leases"));
  vi.stubEnv("GATECRASH_CACHE", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const dead = { pid: 999_999_999, startedAt: "long ago", command: "" };
const living = identityOf(process.pid) ?? expect.fail("we do not live");

function writeLease(proxies: Lease["proxies"], owner = dead, name = "test"): string {
  const file = join(cache, "leases", `${name}.json`);
  writeFileSync(file, JSON.stringify({ pidSpace: pidSpace(), owner, processes: [], folders: [], proxies }));
  return file;
}

async function shown({
  url,
}: Rig): Promise<Record<string, { enabled: boolean; toxics: { name: string }[] }>> {
  return (await (await fetch(`${url}/proxies`)).json()) as Awaited<ReturnType<typeof shown>>;
}

/** What a run that used it would have left. */
async function broken(test: Rig): Promise<void> {
  await test.proxy.add({ type: "timeout", name: "gatecrash-timeout-1", stream: "upstream", attributes: {} });
  await test.proxy.add({ type: "noop", name: "theirs", stream: "upstream", attributes: {} });
  await test.proxy.disable();
}

test("proxies that a dead harness made are deleted, and those that it used are healed of what was its own", async () => {
  await using test = await rig();
  const made = { name: "gatecrash-0", listen: "127.0.0.1:0", upstream: "127.0.0.1:1" };
  await test.control.createProxy(made);
  await broken(test);
  const file = writeLease([
    { url: test.url, name: "gatecrash-0", kind: "made" },
    { url: test.url, name: "test", kind: "used" },
    { url: test.url, name: "gone", kind: "used" },
    { url: "http://127.0.0.1:1", name: "nobody-there", kind: "made" },
  ]);
  expect(removeLeftovers()).toEqual([]);
  expect(existsSync(file)).toBe(true);
  expect(await healLeftProxies()).toEqual([
    { kind: "proxy", what: `gatecrash-0 at ${test.url}` },
    { kind: "proxy", what: `test at ${test.url}` },
  ]);
  expect(await shown(test)).toMatchObject({ test: { enabled: true, toxics: [{ name: "theirs" }] } });
  expect(Object.keys(await shown(test))).toEqual(["test"]);
  expect(existsSync(file)).toBe(false);
});

test("a proxy that a living harness uses is left to it", async () => {
  await using test = await rig();
  await broken(test);
  const entry = { url: test.url, name: "test", kind: "used" } as const;
  const file = writeLease([entry], living, "living");
  writeLease([entry]);
  expect(await healLeftProxies()).toEqual([]);
  expect(existsSync(file)).toBe(true);
  expect((await shown(test)).test?.enabled).toBe(false);
});

test("a harness that is killed, or exits at once, leaves on its lease the proxies that it had not given back", async () => {
  for (const end of ["process.kill(process.pid, 'SIGKILL')", "process.exit(130)"]) {
    await using test = await rig();
    const script = `
      import { guestProxies } from "${packageRoot}/harness/system/guest-proxies.ts";
      import { connectToxiproxy } from "${packageRoot}/harness/toxiproxy/control.ts";
      const control = await connectToxiproxy("${test.url}");
      const guests = guestProxies("${test.url}");
      const listen = "127.0.0.1:0";
      await guests.made("ours", () => control.createProxy({ name: "ours", listen, upstream: "127.0.0.1:1" }));
      const used = await guests.used("test", () => control.useProxy("test"));
      await used.disable();
      ${end};`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
    await once(child, "exit");
    expect(Object.keys(await shown(test))).toEqual(["ours", "test"]);
    expect(await healLeftProxies()).toHaveLength(2);
    expect(await shown(test)).toMatchObject({ test: { enabled: true, toxics: [] } });
    await until(() => readdirSync(join(cache, "leases")).length === 0);
  }
});
