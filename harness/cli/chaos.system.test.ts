import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../package-root.ts";
import { exitCode } from "../refusal.ts";
import { descendants, gone } from "../system/descendants.ts";
import { until } from "../system/until.ts";
import type { Result } from "../verdict/result.ts";

const launcher = join(packageRoot, "harness", "cli", "gatecrash.js");

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-cli-"));
});
afterAll(() => rm(out, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly code: Promise<number>;
}

function run(args: readonly string[]): Run {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      printed += text;
    });
  return { child, printed: () => printed, code: once(child, "exit").then(([code]) => Number(code)) };
}

describe("a scenario of one's own", () => {
  /** A story of one fault, which is mis-configured so that it breaks nothing. */
  async function harmless(name: string): Promise<string> {
    const file = join(out, `${name}.ts`);
    const from = (path: string) => JSON.stringify(join(packageRoot, "harness", path));
    await writeFile(
      file,
      `import { chaosStory } from ${from("chaos-story.ts")};
       import { redisLatency } from ${from("faults/redis-latency.ts")};
       import { during } from ${from("faults/schedule.ts")};
       export const scenario = chaosStory({
         about: "Does a fault that breaks nothing show?",
         faults: (_, faultMs) => during(redisLatency({ delayMs: 0 }), "fault", { fromMs: 100, untilMs: faultMs }),
         fallbackBlindShare: 1,
       });`,
    );
    return file;
  }

  it("is inconclusive if its fault breaks nothing, whatever else it proved, and is judged again as itself", async () => {
    const file = await harmless("harmless");
    const runs = join(out, "harmless");
    const args = ["--rate", "500", "--duration", "12s", "--seed", "1", "--out", runs];
    const first = run(["scenario", file, ...args]);
    expect(await first.code, first.printed()).toBe(exitCode.inconclusive);
    expect(first.printed()).toContain(`npm run scenario ${file}`);
    const folder = join(runs, "harmless", "latest");
    const result = JSON.parse(await readFile(join(folder, "result.json"), "utf8")) as Result;
    const finding = result.findings.find(({ checker }) => checker === "faults-took-effect");
    expect(finding).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("redis-latency"),
    });
    expect(result.verdict).toBe("inconclusive");
    expect(await run(["report", folder, "--scenario", file]).code).toBe(exitCode.inconclusive);
    const refused = run(["report", folder]);
    expect(await refused.code).toBe(exitCode.usage);
    expect(refused.printed()).toContain("name that file with --scenario");
  });

  it.for([
    ["that is not there", null, /There is no file .*mine\.ts: give the path/],
    ["that exports nothing of the kind", "export const scenrio = {};", /exports no `scenario`: add/],
    ["that cannot be loaded", "export const scenario = ;", /cannot be loaded \(.+\): mend it/],
  ] as const)("in a file %s is one sentence and exit code 3", async ([, text, sentence]) => {
    const folder = await mkdtemp(join(out, "own-"));
    const file = join(folder, "mine.ts");
    if (text !== null) await writeFile(file, text);
    const refused = run(["scenario", file, "--out", folder]);
    expect(await refused.code).toBe(exitCode.usage);
    expect(refused.printed().trim().split("\n").at(-1)).toMatch(sentence);
  });
});

describe("Ctrl-C in the middle of a fault", () => {
  it.for(["redis-freeze", "redis-failover", "redis-outage", "busy-gateway"])(
    "of %s leaves no process, stopped or not, and no run",
    async (scenario) => {
      const runs = join(out, scenario);
      const broken = run(["scenario", scenario, "--rate", "300", "--duration", "14s", "--out", runs]);
      await until(() => broken.printed().includes("breaking: ") || broken.child.exitCode !== null, {
        withinMs: 60_000,
      });
      const children = await descendants(broken.child.pid ?? 0);
      expect(children.length).toBeGreaterThan(4);
      broken.child.kill("SIGINT");
      expect(await broken.code, broken.printed()).toBe(exitCode.interrupted);
      for (const pid of children) await gone(pid);
      expect(await readdir(join(runs, scenario)).catch(() => [])).toEqual([]);
    },
  );
});
