import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { afterEach, describe, expect, inject, it } from "vitest";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function spawnGateway(args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = {
    ...process.env,
    PORT: "0",
    REDIS_URL: inject("redisUrl"),
    RATE_POLICIES: JSON.stringify([{ name: "burst", limit: 3, windowMs: 60_000 }]),
    ...environment,
  };
  const child = spawn(process.execPath, ["harness/targets/gateway.ts", ...args], { env });
  started.push(child);
  return child;
}

const gateway = (...args: readonly string[]) => gatewayWith({}, ...args);

async function gatewayWith(environment: Record<string, string>, ...args: readonly string[]) {
  const child = spawnGateway(args, environment);
  if (child.stdout === null) throw new Error("The gateway has no output.");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const url = line.replace("listening on ", "");
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { child, get };
}

const exitOf = async (child: ChildProcess) => (await once(child, "exit")) as [number | null, string | null];

describe("the gateway process", () => {
  for (const [file, name, ...bug] of [
    ["limiter/variants/sliding-log.ts", "the sliding log"],
    ["limiter/variants/gcra.ts", "gcra"],
    ["limiter/mutants/read-then-write.ts", "a mutant", "on"],
    ["limiter/mutants/read-then-write.ts", "its twin", "off"],
  ] as const) {
    it(`speaks the gateway contract (${name})`, async () => {
      const { get } = await gateway(file, ...bug);
      expect((await get("/healthz")).status).toBe(200);
      const subject = `test-${randomUUID()}`;
      const ask = (cost: string) => get("/", { "x-client-id": subject, "x-cost": cost });
      const answers = [await ask("1"), await ask("2"), await ask("1"), await ask("4")];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
      expect(answers[1]?.headers.get("RateLimit")).toMatch(/^"burst";r=0;t=\d+$/);
      expect(answers[2]?.headers.get("x-ratelimit-policy")).toBe("burst");
      expect(Number(answers[2]?.headers.get("Retry-After"))).toBeGreaterThanOrEqual(20);
      expect(answers[3]?.headers.has("Retry-After")).toBe(false);
      const { text } = await get("/metrics");
      expect(text).toMatch(/^rate_limiter_decisions_total\{.*outcome="allowed".*\} 2$/m);
      expect(text).toMatch(/^rate_limiter_throttled_total\{.*\} 2$/m);
      expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
      expect((await get("/", { "x-client-id": subject, "x-cost": "none" })).status).toBe(400);
      expect((await get("/")).status).toBe(400);
      expect((await get("/refund")).status).toBe(404);
      const redis = new Redis(inject("redisUrl"));
      await redis.del(await redis.keys(`gatecrash:{${subject}}*`));
      await redis.quit();
    });
  }

  it("takes a subject for each name that its policies give, and decides by all of them together", async () => {
    const tenant = `test-${randomUUID()}`;
    const policies = [
      { name: "user", limit: 2, windowMs: 3_600_000, by: "client" },
      { name: "tenant", limit: 3, windowMs: 3_600_000, by: "tenant" },
    ];
    const { get } = await gatewayWith(
      { RATE_POLICIES: JSON.stringify(policies) },
      "limiter/variants/gcra.ts",
    );
    const ask = async (user: string) => {
      const { status, headers } = await get("/", {
        "x-client-id": `${tenant}-${user}`,
        "x-tenant-id": tenant,
      });
      return `${status} ${headers.get("x-ratelimit-policy") ?? ""}`.trim();
    };
    const asked = ["a", "a", "a", "b", "b"];
    const answers: string[] = [];
    for (const user of asked) answers.push(await ask(user));
    expect(answers).toEqual(["200", "200", "429 user", "200", "429 tenant"]);
    expect((await get("/", { "x-client-id": tenant })).status).toBe(400);
    const redis = new Redis(inject("redisUrl"));
    await redis.del(await redis.keys(`gatecrash:{${tenant}*`));
    await redis.quit();
  });

  it("gives a cost back before it answers, to whoever asks for it, and says so", async () => {
    const subject = `test-${randomUUID()}`;
    const { get } = await gateway("limiter/variants/sliding-log.ts");
    const ask = async (more: Record<string, string>) => {
      const { status, headers } = await get("/", { "x-client-id": subject, ...more });
      return `${status} ${headers.get("x-ratelimit-refund") ?? ""}`.trim();
    };
    const answers: string[] = [];
    for (const more of [{ "x-refund": "1" }, { "x-refund": "1" }, {}, {}, { "x-refund": "1" }, {}, {}])
      answers.push(await ask(more));
    expect(answers).toEqual(["200 given", "200 given", "200", "200", "200 given", "200", "429"]);
    const redis = new Redis(inject("redisUrl"));
    await redis.del(await redis.keys(`gatecrash:{${subject}}*`));
    await redis.quit();
  });

  it("allows everything with the variant none", async () => {
    const { get } = await gateway("limiter/variants/none.ts");
    for (let i = 0; i < 5; i++) expect((await get("/", { "x-client-id": "a" })).status).toBe(200);
  });

  it("decides by its share of the limit while Redis is away, and says so", async () => {
    const child = spawnGateway(["limiter/variants/sliding-log.ts"], {
      REDIS_URL: "redis://127.0.0.1:1",
      RATE_POLICIES: JSON.stringify([{ name: "p", limit: 6, windowMs: 3_600_000 }]),
      REPLICA_INDEX: "2",
      REPLICA_COUNT: "3",
    });
    if (child.stdout === null) throw new Error("The gateway has no output.");
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const ask = () => fetch(line.replace("listening on ", ""), { headers: { "x-client-id": "a" } });
    const answers = [await ask(), await ask(), await ask()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get("x-ratelimit-source"))).toEqual([
      "local",
      "local",
      "local",
    ]);
  });

  it("ends when its standard input closes", async () => {
    const { child } = await gateway("limiter/variants/none.ts");
    child.stdin?.end();
    expect(await exitOf(child)).toEqual([0, null]);
  });

  it("ends gracefully on SIGTERM", async () => {
    const { child, get } = await gateway("limiter/variants/sliding-log.ts");
    await get("/", { "x-client-id": "a" });
    child.kill("SIGTERM");
    expect(await exitOf(child)).toEqual([0, null]);
  });

  it("says what is wrong, and exits 1", async () => {
    const wrong: readonly (readonly [string[], NodeJS.ProcessEnv, RegExp])[] = [
      [[], {}, /Say which variant/],
      [["limiter/policy.ts"], {}, /neither variant nor mutant/],
      [["limiter/variants/gcra.ts"], { RATE_POLICIES: "[]" }, /policies is empty/],
      [["limiter/variants/gcra.ts"], { RATE_POLICIES: undefined }, /RATE_POLICIES is missing/],
    ];
    for (const [args, environment, sentence] of wrong) {
      const child = spawnGateway(args, environment);
      let complaint = "";
      child.stderr?.on("data", (bytes) => {
        complaint += bytes;
      });
      const [[code]] = await Promise.all([exitOf(child), once(child, "close")]);
      expect(code).toBe(1);
      expect(complaint).toMatch(sentence);
    }
  });
});
