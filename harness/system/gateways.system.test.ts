import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject, test } from "vitest";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { Refusal } from "../refusal.ts";
import { freePort } from "./free-port.ts";
import type { GatewaySteering } from "./gateway-steering.ts";
import { type StartGatewaysOptions, startGateways } from "./gateways.ts";
import { askHealth } from "./health.ts";
import { identityOf } from "./process-identity.ts";
import { startReplica } from "./replica.ts";
import { until } from "./until.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(runFolder, { recursive: true }));

const policies = [
  { name: "first", limit: 5, windowMs: 1000 },
  { name: "second", limit: 50, windowMs: 60_000, burst: 10 },
];

let count = 0;
/** Options for gateways that run `program`, a module. */
function gateways(program: string, more: Partial<StartGatewaysOptions> = {}): StartGatewaysOptions {
  const file = join(runFolder, `gateway-${count++}.mjs`);
  writeFileSync(file, program);
  return {
    command: process.execPath,
    args: [file],
    replicas: 2,
    policies,
    redisUrl: () => inject("redisUrl"),
    runFolder: join(runFolder, String(count)),
    ...more,
  };
}

/** Answers its environment on `/`, and its health as told. */
function answering(health: number): string {
  return `import { createServer } from "node:http";
    createServer((request, response) => {
      if (request.url === "/healthz") response.statusCode = ${health};
      response.end(JSON.stringify(process.env));
    }).listen(process.env.PORT, process.env.HOST);`;
}

async function refusalOf(options: StartGatewaysOptions): Promise<string> {
  const error: unknown = await startGateways(options).catch((thrown: unknown) => thrown);
  return error instanceof Refusal ? error.message : expect.fail(`no refusal, but ${String(error)}`);
}

test("each replica gets the environment of the contract and a port of its own", async () => {
  process.env.RATE_BURST = "inherited";
  await using running = await startGateways(gateways(answering(200), { env: { EXTRA: "1" } }));
  delete process.env.RATE_BURST;
  const seen = await Promise.all(
    running.endpoints.map(async ({ host, port }) => (await fetch(`http://${host}:${port}/`)).json()),
  );
  for (const [index, env] of seen.entries()) {
    expect(env).toMatchObject({
      PORT: String(running.endpoints[index]?.port),
      HOST: "127.0.0.1",
      REDIS_URL: inject("redisUrl"),
      RATE_LIMIT: "5",
      RATE_WINDOW_MS: "1000",
      RATE_POLICIES: JSON.stringify(policies),
      REPLICA_INDEX: String(index),
      REPLICA_COUNT: "2",
      EXTRA: "1",
    });
    expect(env).not.toHaveProperty("RATE_BURST");
  }
  expect(running.endpoints[0]?.port).not.toBe(running.endpoints[1]?.port);
  expect(running.notes).toEqual([]);
});

test("lives begin before the start and end once they are stopped", async () => {
  const before = monotonicMs();
  const running = await startGateways(gateways(answering(200)));
  for (const [replica, life] of running.lives().entries()) {
    expect(life).toMatchObject({ replica, untilMs: null });
    expect(life.fromMs).toBeGreaterThan(before);
  }
  const { pids } = running;
  await running[Symbol.asyncDispose]();
  expect(running.pids).toEqual([]);
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(identityOf(pid)).toBeUndefined();
  for (const life of running.lives()) expect(life.untilMs).toBeLessThanOrEqual(monotonicMs());
});

test("a gateway that is killed comes back on the same port as another process, in a life of its own", async () => {
  const options = gateways(answering(200));
  let starts = 0;
  const steering: GatewaySteering = {
    steered: (_, program) => ({ ...program, env: { ...program.env, START: String(++starts) } }),
    setClock: async () => undefined,
    clockAhead: async () => null,
    block: null,
    [Symbol.asyncDispose]: async () => undefined,
  };
  await using running = await startGateways({ ...options, steering });
  const { endpoints, pids } = running;
  const controls = running.controls[1] ?? expect.fail("there are two");
  await Promise.all([controls.kill(), controls.kill()]);
  expect([controls.pid, running.pids]).toEqual([null, [pids[0]]]);
  await expect(controls.freeze()).rejects.toThrow("gateway 1 does not run");
  await controls.thaw();
  await Promise.all([controls.start(), controls.start()]);
  expect(running.endpoints).toEqual(endpoints);
  expect(controls.pid).not.toBe(pids[1]);
  const [first, second] = running.lives().filter(({ replica }) => replica === 1);
  expect(running.lives()).toHaveLength(3);
  expect(first?.untilMs).toBeLessThanOrEqual(second?.fromMs ?? 0);
  expect(second?.untilMs).toBeNull();
  const answer = await fetch(`http://127.0.0.1:${endpoints[1]?.port}/`);
  expect(await answer.json()).toMatchObject({ START: "3", REPLICA_INDEX: "1" });
  expect(running.steering).toBe(steering);
});

test("a gateway stands still and goes on, and is stopped while it stands still or starts again", async () => {
  const running = await startGateways(gateways(answering(200)));
  const [first, second] = running.controls;
  const [endpoint] = running.endpoints;
  if (first === undefined || second === undefined || endpoint === undefined) expect.fail("there are two");
  await first.freeze();
  expect(await askHealth(endpoint, 200)).toBe("not-yet");
  await first.thaw();
  expect(await askHealth(endpoint, 10_000)).toBe("ready");
  await first.freeze();
  const { pids } = running;
  await second.kill();
  const starting = second.start().catch((error: unknown) => String(error));
  await running[Symbol.asyncDispose]();
  await starting;
  expect(running.pids).toEqual([]);
  for (const pid of pids) expect(identityOf(pid)).toBeUndefined();
  await expect(second.start()).rejects.toThrow("for good");
});

test("a gateway that does not come up again says why, and is not running then", async () => {
  const program = `import { existsSync } from "node:fs";
    if (existsSync(process.env.MARK)) throw new Error("it remembers");
    ${answering(200)}`;
  const mark = join(runFolder, "mark");
  await using running = await startGateways(gateways(program, { replicas: 1, env: { MARK: mark } }));
  const [controls] = running.controls;
  await controls?.kill();
  writeFileSync(mark, "");
  const before = monotonicMs();
  await expect(controls?.start()).rejects.toThrow(/^Gateway 0 ended before it was ready[\s\S]*it remembers/);
  expect(running.pids).toEqual([]);
  const failed = running.lives().at(-1) ?? expect.fail("it has lived");
  expect(failed.fromMs).toBeGreaterThan(before);
  expect(failed.untilMs).not.toBeNull();
});

test("a gateway without /healthz is taken as ready, with a note", async () => {
  await using running = await startGateways(gateways(answering(404), { replicas: 1 }));
  expect(running.notes).toEqual([
    "gateway 0 has no /healthz: it is taken as ready since its port answers, and its latency cannot be judged",
  ]);
});

test("a gateway that ends before it is ready is refused with the end of its log, and the others are stopped", async () => {
  const program = `if (process.env.REPLICA_INDEX === "1") throw new Error("no such limiter"); ${answering(200)}`;
  // Imports are hoisted, so the module still parses.
  const message = await refusalOf(gateways(program));
  expect(message).toMatch(/^Gateway 1 ended before it was ready \(code 1\)/);
  expect(message).toContain("no such limiter");
});

test("a gateway that is not ready in time is refused", async () => {
  const message = await refusalOf(
    gateways(`console.log("thinking"); ${answering(503)}`, { readyWithinMs: 500 }),
  );
  expect(message).toMatch(
    /^Gateway \d was not ready within 0.5 s: GET \/healthz is answered by "HTTP\/1.1 503 /,
  );
  expect(message).toContain("thinking");
});

test("a command that does not exist is refused", async () => {
  expect(await refusalOf({ ...gateways(""), command: "no-such-gateway" })).toContain(
    "its command was not found",
  );
});

test("a port that somebody else took in between is left to him, and another one is tried", async () => {
  const other = createServer((_, response) => response.writeHead(503).end());
  const taken = await freePort();
  await new Promise<void>((resolve) => other.listen(taken, "127.0.0.1", resolve));
  const ports = [taken, await freePort()];
  const { command, args } = gateways(answering(200));
  try {
    const replica = await startReplica({
      index: 0,
      program: () => ({ command, args, env: process.env }),
      logFile: join(runFolder, "taken.log"),
      readyWithinMs: 10_000,
      signal: new AbortController().signal,
      choosePort: async () => ports.shift() ?? expect.fail("asked too often"),
    });
    await replica.stop();
    expect(replica.endpoint.port).not.toBe(taken);
  } finally {
    other.close();
  }
});

test("a gateway's stdin is a pipe that closes with us", async () => {
  const program = `process.on("SIGTERM", () => {}); process.stdin.resume().on("end", () => console.log("closed"));`;
  const options = gateways(`${program}${answering(200)}`, { replicas: 1 });
  const running = await startGateways(options);
  const [pid = 0] = running.pids;
  const stopped = running[Symbol.asyncDispose]();
  await until(() => readFileSync(join(options.runFolder, "logs/gateway-0.log"), "utf8").includes("closed"));
  process.kill(pid, "SIGKILL");
  await stopped;
});
