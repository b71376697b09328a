import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { packageRoot } from "../package-root.ts";
import { exitCode } from "../refusal.ts";
import { descendantsOnce, gone } from "../system/descendants.ts";
import type { Result } from "../verdict/result.ts";

const launcher = join(packageRoot, "harness", "cli", "gatecrash.js");
const redis = ["--redis", inject("redisUrl")];
/** So little that a busy machine can send it, and so much that each key of a burst is kept at its limit. */
const small = ["--limit", "50", "--window", "1s", "--rate", "600", "--duration", "6s", "--seed", "3"];
let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-command-"));
});
afterAll(() => rm(out, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function burst(command: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [launcher, "scenario", "burst", "--command", command, ...args, "--out", join(out, "runs")],
      { env: { ...process.env, NO_COLOR: "1" }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : typeof error.code === "number" ? error.code : -1,
          stdout,
          stderr,
        }),
    );
  });
}

/** As a reader would type it, npm and all. */
function shell(line: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile("/bin/sh", ["-c", line], { cwd: packageRoot, maxBuffer: 2 ** 26 }, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

async function judged(
  command: string,
  ...args: readonly string[]
): Promise<Result & { readonly code: number }> {
  const { stdout, stderr, code } = await burst(command, ...small, ...redis, ...args, "--json");
  expect(stderr).toBe("");
  return { ...(JSON.parse(stdout) as Result), code };
}

function verdictsOf({ findings }: Result): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map(({ checker, verdict }) => [checker, verdict]));
}

/** No proof fails; that a busy machine leaves one inconclusive is nobody's fault. */
function expectAcquitted(result: Result & { readonly code: number }): void {
  expect(result.findings.filter(({ verdict }) => verdict === "fail")).toEqual([]);
  expect([exitCode.pass, exitCode.inconclusive]).toContain(result.code);
  expect(result.outcomes.allowed).toBeGreaterThan(100);
  expect(result.outcomes.denied).toBeGreaterThan(100);
}

/** A command for a program in plain JavaScript: an answer for each request, after which it may do as it likes. */
async function program(answer: string): Promise<string> {
  const file = join(await mkdtemp(join(out, "program-")), "gateway.mjs");
  await writeFile(
    file,
    `import { createServer } from "node:http";
    createServer((request, response) => {
      if (request.url === "/healthz") return response.end("ready");
      ${answer}
    }).listen(process.env.PORT, process.env.HOST);`,
  );
  return `'${process.execPath}' '${file}'`;
}

/** The command lines of the README's chapter, each with what it says of its verdict; here they are run in a short form. */
const chapter = readFileSync(join(packageRoot, "README.md"), "utf8")
  .split(/^## /m)
  .find((text) => text.startsWith("Test your own limiter"));
const typed = [
  ...(chapter ?? "").matchAll(/^(npm run scenario .* --command .*?) +# (passes|fails|is not convicted)$/gm),
].map(([, line = "", word = ""]) => ({ line, word }));

describe("what the README says to type", () => {
  it("is there", () => {
    expect(typed.filter(({ word }) => word === "passes").length).toBeGreaterThan(2);
    expect(typed.filter(({ word }) => word === "fails").length).toBeGreaterThan(1);
  });

  it.for(typed)("$word: $line", { timeout: 180_000 }, async ({ line, word }, { skip }) => {
    if (line.includes("python3") && !(await isThere("python3"))) skip("there is no python3 here");
    const duration = line.startsWith("npm run scenario burst") ? "6s" : "13s";
    const short = `--duration ${duration} --seed 3 --json --out '${join(out, "runs")}'`;
    const { stdout, stderr } = await shell(`${line} ${short}`);
    const text = stdout.slice(stdout.indexOf("\n{"));
    expect(text, stderr).toContain('"verdict"');
    const result = JSON.parse(text) as Result;
    if (word !== "fails") expectAcquitted({ ...result, code: result.exitCode });
    else expect(verdictsOf(result)["within-bound"]).toBe("fail");
  });
});

describe("a program of anybody's", () => {
  it("is asked by its own header, and its metrics are read by its own names", async () => {
    const command = await program(`
      const state = (globalThis.state ??= { ok: 0, no: 0, times: new Map() });
      if (request.url === "/metrics") {
        response.setHeader("content-type", "text/plain; version=0.0.4");
        return response.end('hits{verdict="ok"} ' + state.ok + '\\nhits{verdict="no"} ' + state.no + '\\n');
      }
      const key = request.headers["x-api-key"];
      const now = performance.now();
      const times = (state.times.get(key) ?? []).filter((at) => at > now - process.env.RATE_WINDOW_MS);
      const isFree = key !== undefined && times.length < process.env.RATE_LIMIT;
      state.times.set(key, isFree ? [...times, now] : times);
      state[isFree ? "ok" : "no"]++;
      response.statusCode = isFree ? 200 : 429;
      response.end();`);
    const own = ["--replicas", "1", "--key-header", "x-api-key"];
    const named = (allowed: string, denied: string) => [
      ...["--metric", `allowed=hits{verdict="${allowed}"}`],
      ...["--metric", `denied=hits{verdict="${denied}"}`],
    ];
    const truthful = await judged(command, ...own, ...named("ok", "no"));
    expectAcquitted(truthful);
    expect(verdictsOf(truthful)["metrics-tell-the-truth"]).toBe("pass");
    const swapped = await judged(command, ...own, ...named("no", "ok"));
    expect(verdictsOf(swapped)["metrics-tell-the-truth"]).toBe("fail");
  }, 120_000);

  it("is told the policy that was typed, and is shown as it was typed", async () => {
    const command = await program(`
      const { RATE_LIMIT, RATE_WINDOW_MS, REPLICA_INDEX, REPLICA_COUNT } = process.env;
      console.log(RATE_LIMIT, RATE_WINDOW_MS, REPLICA_INDEX, REPLICA_COUNT);
      process.exit(1);`);
    const { stdout } = await burst(
      command,
      ...small,
      ...redis,
      "--replicas",
      "1",
      "--promise",
      "none",
      "--json",
    );
    const result = JSON.parse(stdout) as Result;
    expect(result).toMatchObject({ variant: "command", replicas: 1 });
    expect(result.policies).toEqual([{ name: "per-client", limit: 50, windowMs: 1_000 }]);
    const runs = join(out, "runs", "burst");
    const log = await readFile(join(runs, "latest", "logs", "gateway-0.log"), "utf8");
    expect(log).toMatch(/^50 1000 0 1$/m);
  });

  it("that lets everything in is convicted", { timeout: 120_000 }, async () => {
    const { code, findings } = await judged(await program("response.end();"), "--promise", "fixed-window");
    expect(findings.find(({ checker }) => checker === "within-bound")?.verdict).toBe("fail");
    expect(code).toBe(exitCode.fail);
  });
});

describe("a program that is no gateway", () => {
  it.each([
    [
      "ends at once",
      "echo 'no licence' >&2; exit 3",
      /^Gateway \d ended before it was ready \(code 3\)/,
      "no licence",
    ],
    ["is not there", "./no-such-gateway", /command was not found/, "no-such-gateway"],
    ["goes into the background", "sleep 1000 & echo off", /a gateway stays in the foreground/, "off"],
    ["listens nowhere", "echo up; exec sleep 1000", /not ready within 1 s: nobody listens on port \d+/, "up"],
  ])(
    "and %s is one sentence with its last words, and its log is kept",
    async (_, command, sentence, words) => {
      const { code, stdout, stderr } = await burst(command, ...redis, "--ready-within", "1s", "--quiet");
      expect(code).toBe(exitCode.usage);
      expect(stdout).toBe("");
      expect(stderr).toMatch(sentence);
      expect(stderr).toContain(words);
      expect(stderr).not.toMatch(/^\s+at /m);
      const [, log = ""] = /the end of its log (\S+) says why/.exec(stderr) ?? [];
      expect(await readFile(log, "utf8")).toContain(words);
      await rm(join(out, "runs"), { recursive: true });
    },
  );

  it.each([401, 301, 204])(
    "and answers %d is one sentence that says what a gateway answers",
    async (status) => {
      const command = await program(`response.writeHead(${status}).end();`);
      const { code, stderr } = await burst(command, ...redis, "--replicas", "2", "--quiet");
      expect(code).toBe(exitCode.usage);
      expect(stderr).toMatch(
        new RegExp(
          `^Gateway 0 at http://127\\.0\\.0\\.1:\\d+ answers a request with status ${status}, .* 200 .* 429 .* 503 `,
        ),
      );
      await rm(join(out, "runs"), { recursive: true });
    },
  );

  it("in which a fault acts that it cannot take is refused before anything is started", async () => {
    const { code, stderr } = await new Promise<Ended>((resolve) => {
      const args = [
        launcher,
        "scenario",
        "busy-gateway",
        "--command",
        "true",
        ...redis,
        "--out",
        join(out, "runs"),
      ];
      execFile(process.execPath, args, (error, stdout, text) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr: text }),
      );
    });
    expect(stderr.trim().split("\n").at(-1)).toMatch(/must be started by us and run Node/);
    expect(code).toBe(exitCode.usage);
    expect(await readdir(join(out, "runs", "busy-gateway"))).toEqual([]);
  });
});

describe("a program that goes wrong later is a finding, on any machine", () => {
  it.each([
    [
      "crashes",
      `if (Math.random() < 0.99) return response.end();
      console.error("no licence");
      process.exit(7);`,
      /no connection: [\d,]+\); gateway \d ended by itself .* \(code 7\), and its last words are "no licence"/,
    ],
    ["answers nonsense", 'request.socket.end("-ERR\\r\\n\\r\\n");', /got an error \(no HTTP: [\d,]+\)/],
    ["answers with errors", "response.writeHead(500).end();", /got an error \(status 500: [\d,]+\)/],
    ["closes connections", "request.socket.destroy();", /got no answer/],
  ])("where it %s", { timeout: 120_000 }, async (_, answer, summary) => {
    const result = await judged(await program(answer), "--replicas", "2", "--promise", "none");
    expect(result.findings.find(({ checker }) => checker === "answers-everything")).toMatchObject({
      verdict: "fail",
      summary: expect.stringMatching(summary),
    });
    expect(result.code).toBe(exitCode.fail);
  });
});

describe("what a program has started", () => {
  /** A run whose gateways start a child each; its processes once they are up. */
  async function running() {
    const command = `sleep 1000 & ${await program("response.end();")}`;
    const args = [launcher, "scenario", "burst", "--command", command, "--replicas", "2", "--quiet"];
    const run = spawn(process.execPath, [...args, ...small, ...redis, "--out", join(out, "runs")], {
      stdio: "ignore",
    });
    // Of each replica the guardian, its watcher, the shell, the child and the program.
    return { run, below: await descendantsOnce(run, 10) };
  }

  it.each([
    ["Ctrl-C", "SIGINT", exitCode.interrupted],
    ["a SIGTERM", "SIGTERM", exitCode.interrupted],
    ["kill -9 of the harness", "SIGKILL", null],
  ] as const)("ends with %s", async (_, signal, code) => {
    const { run, below } = await running();
    const exit = once(run, "exit");
    run.kill(signal);
    expect((await exit)[0]).toBe(code);
    await Promise.all(below.map(gone));
  });
});

async function isThere(command: string): Promise<boolean> {
  return new Promise((resolve) => execFile(command, ["--version"], (error) => resolve(error === null)));
}
