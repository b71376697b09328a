import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { packageRoot } from "../package-root.ts";
import { exitCode } from "../refusal.ts";
import { freePort } from "../system/free-port.ts";
import { startGateways } from "../system/gateways.ts";
import { healLeftProxies } from "../system/left-proxies.ts";
import { until } from "../system/until.ts";
import { startEmbeddedToxiproxy } from "../toxiproxy/embedded-toxiproxy.ts";
import type { Result } from "../verdict/result.ts";

const redisUrl = inject("redisUrl");
const launcher = join(packageRoot, "harness", "cli", "gatecrash.js");
/** Somebody else's: two gateways of one limiter, each behind a proxy that they have made. */
const theirs = new AsyncDisposableStack();
const foreign = { name: "not-a-gateway", upstream: "127.0.0.1:1" };
let out = "";
let toxiproxy = "";
let urls: string[] = [];

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-url-"));
  theirs.defer(() => rm(out, { recursive: true, force: true }));
  ({ url: toxiproxy } = theirs.use(await startEmbeddedToxiproxy({ runFolder: out })));
  const ports = [await freePort(), await freePort()];
  const upstream = new URL(redisUrl).host;
  for (const [index, port] of ports.entries())
    await makeProxy({ name: `gateway-${index}`, listen: `127.0.0.1:${port}`, upstream });
  await makeProxy({ ...foreign, listen: "127.0.0.1:0" });
  const { endpoints } = theirs.use(
    await startGateways({
      command: process.execPath,
      args: ["harness/targets/gateway.ts", "limiter/variants/sliding-log.ts"],
      env: { RATE_KEY_PREFIX: "theirs" },
      replicas: 2,
      policies: [{ name: "theirs", limit: 1_000, windowMs: 2_000 }],
      redisUrl: (replica) => `redis://127.0.0.1:${ports[replica]}`,
      runFolder: out,
    }),
  );
  urls = endpoints.map(({ host, port }) => `http://${host}:${port}`);
});
afterAll(() => theirs.disposeAsync());

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function scenario(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [launcher, "scenario", ...args, "--out", join(out, "runs")],
      { env: { ...process.env, NO_COLOR: "1" }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        }),
    );
  });
}

/** A run against them; its result, once it has come to a verdict. */
async function judged(name: string, ...args: readonly string[]): Promise<Result> {
  const run = [...urls.flatMap((url) => ["--url", url]), "--limit", "1000", "--window", "2s"];
  const { stdout, stderr, code } = await scenario(name, ...run, "--rate", "3000", "--json", ...args);
  expect(stderr).toBe("");
  expect([exitCode.pass, exitCode.inconclusive]).toContain(code);
  return JSON.parse(stdout) as Result;
}

async function makeProxy(proxy: { name: string; listen: string; upstream: string }): Promise<void> {
  const made = await fetch(`${toxiproxy}/proxies`, { method: "POST", body: JSON.stringify(proxy) });
  expect(made.status).toBe(201);
}

async function proxiesNow(): Promise<unknown> {
  return (await fetch(`${toxiproxy}/proxies`)).json();
}

/** No proof fails; that a busy machine leaves one inconclusive is nobody's fault. */
function expectAcquitted({ findings }: Result): void {
  const failed = findings.filter(({ verdict }) => verdict === "fail");
  expect(failed).toEqual([]);
  expect(findings.map(({ checker }) => checker)).toEqual(
    expect.arrayContaining(["within-bound", "no-false-denials"]),
  );
}

describe("gateways that run already", () => {
  it("are judged by what is said of them, without a Redis that is known", async () => {
    const result = await judged("burst", "--duration", "8s", "--seed", "3");
    expectAcquitted(result);
    expect(result).toMatchObject({ variant: "url", replicas: 2 });
    expect(result.policies).toEqual([{ name: "per-client", limit: 1_000, windowMs: 2_000 }]);
    expect(result.environment.redis).toBe("not known");
    expect(result.outcomes.allowed).toBeGreaterThan(1_000);
    expect(result.outcomes.denied).toBeGreaterThan(1_000);
    expect(result.command).toContain(urls.map((url) => `--url '${url}'`).join(" "));
    expect(result.command).toContain("--limit 1000 --window 2s");
  });

  it("are convicted of what they do not keep", async () => {
    const args = [...urls.flatMap((url) => ["--url", url]), "--limit", "500", "--window", "2s"];
    const { stdout, code } = await scenario("burst", ...args, "--rate", "3000", "--duration", "8s", "--json");
    const { findings } = JSON.parse(stdout) as Result;
    expect(findings.find(({ checker }) => checker === "within-bound")?.verdict).toBe("fail");
    expect(code).toBe(exitCode.fail);
  });

  it("lose Redis through their own proxies, which are left as they were, and so is their Redis", async () => {
    const before = await proxiesNow();
    const redis = new Redis(redisUrl);
    await redis.set("somebody-else's", "1");
    const given = ["--toxiproxy", toxiproxy, "--redis", redisUrl, "--fallback", "local"];
    const result = await judged("redis-outage", ...given, "--duration", "13s", "--seed", "4");
    expectAcquitted(result);
    expect(result.faults).toMatchObject([{ name: "redis-down", replicas: [0, 1] }]);
    expect(result.faults[0]?.verified).toMatch(/refused|closed|reset/);
    expect(result.faults[0]?.healed).not.toBeNull();
    expect(result.environment.redis).toContain("given");
    expect(await proxiesNow()).toEqual(before);
    expect(await redis.get("somebody-else's")).toBe("1");
    await redis.del("somebody-else's");
    redis.disconnect();
  });

  it.for([
    ["interrupted", "SIGINT"],
    ["killed, from the next harness,", "SIGKILL"],
  ] as const)("get their proxies back when a run is %s in the middle of a fault", async ([, signal]) => {
    const before = await proxiesNow();
    const run = spawn(
      process.execPath,
      [launcher, "scenario", "redis-outage", ...urls.flatMap((url) => ["--url", url])].concat(
        ["--limit", "1000", "--window", "2s", "--toxiproxy", toxiproxy, "--rate", "500"],
        ["--duration", "13s", "--quiet", "--out", join(out, "runs")],
      ),
      { stdio: "ignore" },
    );
    const code = once(run, "exit");
    await until(async () => JSON.stringify(await proxiesNow()).includes('"enabled":false'), {
      withinMs: 50_000,
    });
    run.kill(signal);
    expect((await code)[0]).toBe(signal === "SIGINT" ? exitCode.interrupted : null);
    if (signal === "SIGKILL") {
      expect(await proxiesNow()).not.toEqual(before);
      await healLeftProxies();
    }
    expect(await proxiesNow()).toEqual(before);
  });
});

describe("a gateway without /healthz and /metrics", () => {
  let server: Server;
  let url = "";
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.statusCode = request.url === "/guarded?a=b" ? 200 : 404;
      response.end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/guarded?a=b`;
  });
  afterAll(() => server.close());

  it("is judged without controls, and its latency is not", async () => {
    const args = ["--url", url, "--limit", "1", "--window", "1s", "--promise", "none"];
    const { stdout, stderr, code } = await scenario(
      "burst",
      ...args,
      "--rate",
      "500",
      "--duration",
      "5s",
      "--json",
    );
    expect(stderr).toBe("");
    const { findings, outcomes } = JSON.parse(stdout) as Result;
    const latency = findings.find(({ checker }) => checker === "latency-within");
    expect(latency).toMatchObject({
      verdict: "not-applicable",
      summary: expect.stringContaining("/healthz"),
    });
    expect(outcomes).toMatchObject({ denied: 0, errors: 0 });
    expect([exitCode.pass, exitCode.inconclusive]).toContain(code);
  });
});

describe("what cannot be is one sentence and exit code 3", () => {
  it("nobody there, or another machine", async () => {
    const promised = ["--limit", "100", "--window", "10s"];
    expectRefused(
      await scenario("burst", "--url", "http://127.0.0.1:1", ...promised),
      /^No gateway answers at http:\/\/127\.0\.0\.1:1 within 10 s: start it/,
    );
    expectRefused(
      await scenario("burst", "--url", "http://192.0.2.1", ...promised),
      /^http:\/\/192\.0\.2\.1 is not on this machine: add --allow-remote/,
    );
  });

  function expectRefused({ stderr, stdout, code }: Ended, sentence: RegExp): void {
    expect(stderr.trim().split("\n").at(-1)).toMatch(sentence);
    expect(stdout).toBe("");
    expect(code).toBe(exitCode.usage);
  }

  const outage = (name: string, ...args: readonly string[]): Promise<Ended> =>
    scenario(name, ...urls.flatMap((url) => ["--url", url]), "--limit", "1000", "--window", "2s", ...args);

  it("a fault that nothing here can inject", async () => {
    expectRefused(
      await outage("redis-outage"),
      /name the Toxiproxy that is there with --toxiproxy, or leave out --url\.$/,
    );
    expectRefused(
      await outage("gateway-crash"),
      /gateway-kill acts on the processes of the gateways.*leave out --url\.$/,
    );
    expectRefused(
      await outage("redis-restart", "--toxiproxy", toxiproxy),
      /none but our own: leave out --redis and --url\.$/,
    );
    expectRefused(await outage("reply-lost", "--toxiproxy", toxiproxy), /say with --redis where it is\.$/);
  });

  it("proxies that are not there, or not sound", async () => {
    const before = await proxiesNow();
    const named = (names: string) => outage("redis-outage", "--toxiproxy", toxiproxy, "--proxies", names);
    expectRefused(await named("gateway-0,gateway-2"), /did you mean gateway-0\?|did you mean gateway-1\?/);
    expectRefused(
      await named("gateway-0,not-a-gateway"),
      /does not answer through the proxy not-a-gateway at/,
    );
    await fetch(`${toxiproxy}/proxies/gateway-1`, { method: "POST", body: '{"enabled":false}' });
    expectRefused(
      await named("gateway-0,gateway-1"),
      /^The proxy gateway-1 is switched off already: heal it first/,
    );
    await fetch(`${toxiproxy}/reset`, { method: "POST" });
    expect(await proxiesNow()).toEqual(before);
    const one = ["--url", urls[0] ?? "", "--limit", "1000", "--window", "2s", "--toxiproxy", toxiproxy];
    expectRefused(await scenario("redis-outage", ...one), /has 2 proxies called gateway-<number> for 1 URLs/);
  });

  it("none of them leaves a run behind", async () => {
    expect(await readdir(join(out, "runs", "redis-restart")).catch(() => [])).toEqual([]);
  });
});
