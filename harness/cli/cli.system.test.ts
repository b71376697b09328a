import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readHistory } from "../history/history-file.ts";
import { outcomeCode } from "../history/requests.ts";
import { packageRoot } from "../package-root.ts";
import { exitCode } from "../refusal.ts";
import { descendantsOnce, gone } from "../system/descendants.ts";
import { until } from "../system/until.ts";
import type { Result } from "../verdict/result.ts";

const launcher = join(packageRoot, "harness", "cli", "gatecrash.js");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function gatecrash(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [launcher, ...args],
      { env: { ...process.env, NO_COLOR: "1", ...env }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        }),
    );
  });
}

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-cli-"));
});
afterAll(() => rm(out, { recursive: true, force: true }));

describe("a mistake on the command line is one sentence and exit code 3", () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["an unknown scenario", ["scenario", "brust"], /no scenario called "brust": did you mean burst\?/],
    ["an unknown variant", ["scenario", "burst", "--variant", "gcar"], /did you mean gcra\?/],
    ["an unknown option", ["scenario", "burst", "--rat", "1"], /--rate/],
    ["an unknown command", ["scenaro"], /scenario/],
    ["no scenario", ["scenario"], /missing required argument/i],
    ["rate 0", ["scenario", "burst", "--rate", "0"], /--rate takes a whole number from 1/],
    ["a negative duration", ["scenario", "burst", "--duration", "-5s"], /--duration takes a time/],
    ["an absurd duration", ["scenario", "burst", "--duration", "9000h"], /--duration takes a time/],
    [
      "more requests than memory takes",
      ["scenario", "burst", "--rate", "1000000", "--duration", "24h"],
      /memory takes/,
    ],
    ["a duration too short to judge", ["scenario", "burst", "--duration", "10ms"], /too short/],
    ["replicas 0", ["scenario", "burst", "--replicas", "0"], /--replicas takes a whole number/],
    ["a seed that is none", ["scenario", "burst", "--seed", "x"], /--seed takes a whole number/],
    [
      "a system that is none",
      ["scenario", "burst", "--system", "podman"],
      /--system takes auto, local or docker/,
    ],
    [
      "a Toxiproxy where nothing breaks",
      ["scenario", "burst", "--toxiproxy", "http://127.0.0.1:1"],
      /^--toxiproxy is for scenarios with faults, and burst has none/,
    ],
    ["a gate that is none", ["scenario", "burst", "--gate", "latencyMs.p99 about 5"], /gate/i],
    ["a gate on nothing", ["scenario", "burst", "--gate", "latencyMs.p98<=5"], /did you mean latencyMs\.p9/],
    [
      "an unknown mutant",
      ["mutants", "cold-shar"],
      /no mutant called "cold-shar": did you mean cold-share\?/,
    ],
    ["a story of mutants that is none", ["mutants", "--story", "redis-flop"], /did you mean redis-flap\?/],
    ["a level that is not there", ["mutants", "--level", "4"], /--level .*3/],
    [
      "a mutant at a level at which it does not show",
      ["mutants", "full-limit-alone", "--level", "1"],
      /full-limit-alone does not show at level 1: say --level 3/,
    ],
    ["a comparison of one", ["compare", "burst", "--variants", "gcra"], /--variants takes at least two/],
    [
      "a comparison with nobody",
      ["compare", "burst", "--variants", "gcra,slidinglog"],
      /did you mean sliding-log\?/,
    ],
    ["a comparison of nothing", ["compare", "brust", "--variants", "gcra,none"], /did you mean burst\?/],
    [
      "no trials",
      ["compare", "burst", "--variants", "gcra,none", "--trials", "0"],
      /--trials takes a whole number/,
    ],
    [
      "blocks that are none",
      ["compare", "burst", "--variants", "gcra,none", "--blocks", "some"],
      /--blocks takes a whole number/,
    ],
    ["a league of nobody", ["league", "--variants", "gcraa"], /did you mean gcra\?/],
    ["no run of that name", ["report", "nothing"], /no recorded run at nothing/],
    ["an unknown bench", ["bench", "laod"], /did you mean load\?/],
    [
      "an unreachable Redis",
      ["scenario", "burst", "--redis", "redis://u:secret@127.0.0.1:1"],
      /127\.0\.0\.1:1/,
    ],
  ];
  it.each(cases)("%s", async (_, args, sentence) => {
    const { code, stderr, stdout } = await gatecrash([
      ...args,
      ...(args[0] === "scenario" ? ["--out", out] : []),
    ]);
    expect(stderr.trim().split("\n").at(-1)).toMatch(sentence);
    expect(stderr).not.toMatch(/secret|\n\s+at /);
    expect(stdout).toBe("");
    expect(code).toBe(exitCode.usage);
  });

  it("none of them leaves a folder behind", async () => {
    expect(await readdir(join(out, "burst")).catch(() => [])).toEqual([]);
  });

  it("an option that npm swallowed", async () => {
    const swallowed = { npm_lifecycle_event: "scenario", npm_config_rate: "0" };
    const { code, stderr } = await gatecrash(["scenario", "burst"], swallowed);
    expect(stderr.trim()).toBe(
      "npm kept --rate for itself; put options behind two dashes: npm run scenario burst -- --rate 0",
    );
    expect(code).toBe(exitCode.usage);
  });

  it("a folder that cannot be written", async () => {
    const file = join(out, "file");
    await writeFile(file, "");
    const { code, stderr } = await gatecrash(["scenario", "burst", "--out", join(file, "x")]);
    expect(stderr).toMatch(/cannot be written/);
    expect(code).toBe(exitCode.usage);
  });

  it("a Redis port on which something else listens", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : 0;
    const { code, stderr } = await gatecrash([
      "scenario",
      "burst",
      "--out",
      out,
      "--redis",
      `redis://127.0.0.1:${port}`,
    ]);
    silent.close();
    expect(stderr.trim().split("\n").at(-1)).toMatch(/redis:\/\/127\.0\.0\.1/);
    expect(code).toBe(exitCode.usage);
  });
});

describe("help", () => {
  it.each(["scenario", "report", "gate", "baseline", "list", "doctor", "clean", "bench"])(
    "of %s shows examples",
    async (command) => {
      const { code, stdout } = await gatecrash([command, "--help"]);
      expect(stdout).toMatch(/Examples:\n {2}npm run/);
      expect(code).toBe(0);
    },
  );
});

describe("a reader that stops reading", () => {
  it("is no failure of ours", async () => {
    const list = spawn(process.execPath, [launcher, "list"], { stdio: ["ignore", "pipe", "pipe"] });
    list.stdout.destroy();
    let stderr = "";
    list.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    const code = await new Promise((resolve) => list.once("close", resolve));
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("is none that anything was judged either", async () => {
    const nobody = ["--redis", "redis://127.0.0.1:1", "--out", out];
    const run = spawn(process.execPath, [launcher, "scenario", "burst", ...nobody], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    run.stdout.destroy();
    run.stderr.destroy();
    const code = await new Promise((resolve) => run.once("exit", resolve));
    expect(code).toBe(exitCode.usage);
  });
});

describe("the catalogue", () => {
  it("lists what can be run", async () => {
    const { stdout, code } = await gatecrash(["list"]);
    for (const name of ["burst", "sliding-log", "gcra", "none", "read-then-write"])
      expect(stdout).toContain(name);
    expect(code).toBe(0);
  });
});

describe("a short burst", () => {
  const short = ["--rate", "10000", "--duration", "8s", "--seed", "5", "--json"];

  async function burst(variant: string): Promise<{ result: Result; code: number; runs: string }> {
    const runs = join(out, variant.replace(":", "-"));
    const { code, stdout, stderr } = await gatecrash(
      ["scenario", "burst", ...short, "--variant", variant, "--out", runs],
      {},
    );
    expect(stderr).toBe("");
    return { code, runs, result: JSON.parse(stdout) as Result };
  }

  const proofs = ({ findings }: Result): Record<string, string> =>
    Object.fromEntries(findings.filter(({ kind }) => kind === "proof").map((f) => [f.checker, f.verdict]));

  /** No proof fails, and each passes unless the machine was too busy for the evidence to be sharp. */
  function expectAcquitted(result: Result): void {
    const found = proofs(result);
    expect(Object.keys(found).sort()).toEqual(["metrics-tell-the-truth", "no-false-denials", "within-bound"]);
    expect(Object.values(found)).not.toContain("fail");
    const kept = result.findings.some(
      ({ checker, verdict }) => checker === "load-quality" && verdict === "pass",
    );
    const isSharp = kept && (result.latencyMs?.p99 ?? 0) < (result.policies[0]?.windowMs ?? 0) / 50;
    if (isSharp) expect([found["no-false-denials"], found["within-bound"]]).toEqual(["pass", "pass"]);
  }

  it("acquits an exact limiter, leaves every report behind, and can be judged again without Redis", async () => {
    const { result, code, runs } = await burst("sliding-log");
    expectAcquitted(result);
    expect([exitCode.pass, exitCode.inconclusive]).toContain(code);
    expect(result.outcomes.lost).toBe(0);
    const folder = join(runs, "latest");
    const files = await readdir(folder);
    for (const file of [
      "result.json",
      "report.html",
      "report.md",
      "junit.xml",
      "charts",
      "history.parquet",
      "logs",
    ])
      expect(files).toContain(file);
    await rm(join(folder, "report.html"));
    const again = await gatecrash(["report", folder, "--json"], { PATH: "" });
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(await readFile(join(folder, "result.json"), "utf8")));
    expect(JSON.parse(again.stdout).findings).toEqual(result.findings);
    expect(again.code).toBe(code);
    expect(await readdir(folder)).toContain("report.html");
  });

  it("acquits gcra by its own promise", async () => {
    const { result } = await burst("gcra");
    expectAcquitted(result);
  });

  it("convicts a limiter that reads before it writes, in a span that plain counting confirms", async () => {
    const { result, code, runs } = await burst("read-then-write");
    expect(result.verdict).toBe("fail");
    expect(code).toBe(exitCode.fail);
    const witness = result.findings.find(({ checker }) => checker === "within-bound")?.witness;
    if (witness === undefined) throw new Error("within-bound accused nobody");
    const { run, requests, subjects, policies } = await readHistory(join(runs, "latest", "history.parquet"));
    let inside = 0;
    for (let row = 0; row < requests.count; row++) {
      const certainly =
        requests.outcome[row] === outcomeCode.allowed &&
        subjects[requests.subject[row] ?? 0] === witness.subject &&
        (requests.sentMs[row] ?? 0) - run.originMs >= witness.fromMs &&
        (requests.receivedMs[row] ?? Number.POSITIVE_INFINITY) - run.originMs <= witness.untilMs;
      if (certainly) inside += requests.cost[row] ?? 0;
    }
    const { limit = 0, windowMs = 0 } = policies[0] ?? {};
    const windows = Math.floor((witness.untilMs - witness.fromMs) / windowMs) + 1;
    expect(inside).toBe(witness.cost);
    expect(inside).toBeGreaterThan(limit * windows);
  });

  it("acquits the same limiter without its bug", async () => {
    const { result } = await burst("read-then-write:fixed");
    expectAcquitted(result);
  });

  it("convicts nobody where there is no limiter and nothing was promised, and passes nobody either", async () => {
    const { result, code } = await burst("none");
    expect(result.findings.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    expect(code).toBe(exitCode.inconclusive);
  });

  it("refuses a history that was cut off", async () => {
    const folder = join(out, "cut");
    await mkdir(folder);
    const whole = join(out, "sliding-log", "latest", "history.parquet");
    await copyFile(whole, join(folder, "history.parquet"));
    await truncate(join(folder, "history.parquet"), 10_000);
    const { code, stderr } = await gatecrash(["report", folder]);
    expect(stderr).toMatch(/cut off or damaged/);
    expect(code).toBe(exitCode.usage);
  });

  it("deletes its own keys, and nothing else, from a Redis that is not ours", async () => {
    const { Redis } = await import("ioredis");
    const redis = new Redis(inject("redisUrl"));
    await redis.set("somebody-elses", "1");
    const runs = join(out, "external");
    await gatecrash(["scenario", "burst", ...short, "--out", runs, "--redis", inject("redisUrl")]);
    expect(await redis.get("somebody-elses")).toBe("1");
    const { run } = await readHistory(join(runs, "latest", "history.parquet"));
    expect(await redis.keys(`*${run.id}*`)).toEqual([]);
    await redis.del("somebody-elses");
    redis.disconnect();
  });
});

describe("Ctrl-C", () => {
  it("in the middle of a run stops everything and ends with 130", async () => {
    const runs = join(out, "interrupted");
    const run = spawn(process.execPath, [launcher, "scenario", "burst", "--out", runs], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const children = await descendantsOnce(run, 4);
    run.kill("SIGINT");
    const code = await new Promise((resolve) => run.once("exit", resolve));
    expect(code).toBe(exitCode.interrupted);
    for (const pid of children) await gone(pid);
  });

  it("leaves no key of the run in a Redis that is not ours", async () => {
    const { Redis } = await import("ioredis");
    const redis = new Redis(inject("redisUrl"));
    const marks = async () => redis.keys("gatecrash:mark:*");
    const before = new Set(await marks());
    const args = ["--rate", "300", "--redis", inject("redisUrl"), "--out", join(out, "interrupted-given")];
    const run = spawn(process.execPath, [launcher, "scenario", "burst", ...args], { stdio: "ignore" });
    let keys: readonly string[] = [];
    let id = "";
    await until(
      async () => {
        id ||= (await marks()).find((mark) => !before.has(mark))?.slice("gatecrash:mark:".length) ?? "";
        if (id !== "") keys = await redis.keys(`*${id}*`);
        return keys.length > 1 || run.exitCode !== null;
      },
      { withinMs: 60_000 },
    );
    run.kill("SIGINT");
    if (run.exitCode === null) await once(run, "exit");
    expect([run.exitCode, keys.length > 1]).toEqual([exitCode.interrupted, true]);
    expect(await redis.keys(`*${id}*`)).toEqual([]);
    redis.disconnect();
  });
});
