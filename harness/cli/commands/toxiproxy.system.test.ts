import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { packageRoot } from "../../package-root.ts";

const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(folder, { recursive: true }));

function gatecrash(...args: string[]): ChildProcess {
  const launcher = join(packageRoot, "harness", "cli", "gatecrash.js");
  return spawn(process.execPath, [launcher, "toxiproxy", ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

test("serves the proxies of its configuration until it is told to end", async () => {
  const config = join(folder, "proxies.json");
  writeFileSync(config, JSON.stringify([{ name: "redis", listen: "127.0.0.1:0", upstream: "redis:6379" }]));
  const running = gatecrash("--port", "0", "--seed", "7", "--config", config);
  const [line] = await once(running.stdout ?? running, "data");
  const [, url = ""] = /listens on (http:\S+) \(seed 7\)/.exec(String(line)) ?? [];
  expect(await (await fetch(`${url}/proxies/redis`)).json()).toMatchObject({
    upstream: "redis:6379",
    enabled: true,
  });
  running.kill("SIGTERM");
  expect(await once(running, "exit")).toEqual([0, null]);
});

test.each([
  ["--port", "many"],
  ["--config", "/no/such/file"],
  ["--host", "no.such.host.invalid"],
])("refuses %s %s with one sentence", async (...args) => {
  const running = gatecrash("--port", "0", ...args);
  let said = "";
  running.stderr?.on("data", (text) => {
    said += text;
  });
  expect(await once(running, "exit")).toEqual([3, null]);
  expect(said.trim().split("\n")).toHaveLength(1);
});
