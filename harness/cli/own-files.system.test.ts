import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Comparison } from "../compare/comparison.ts";
import { packageRoot } from "../package-root.ts";
import { makeBaseline } from "../verdict/baseline/make-baseline.ts";
import type { Result } from "../verdict/result.ts";
import { sampleTrial } from "../verdict/sample-trial.ts";
import { sampleStory } from "./sample-story.ts";

const launcher = join(packageRoot, "harness", "cli", "gatecrash.js");
const redis = ["--redis", inject("redisUrl"), "--rate", "400", "--seed", "1"];
const env = { ...process.env, NO_COLOR: "1" };
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatecrash-own-"));
  const none = JSON.stringify(join(packageRoot, "limiter", "variants", "none.ts"));
  await writeFile(join(folder, "tiny.ts"), sampleStory());
  await writeFile(join(folder, "none.ts"), `export { variant } from ${none};`);
  await writeFile(
    join(folder, "open.ts"),
    `import { variant as none } from ${none};
    const promises = ({ limit, windowMs }) => ({
      ...none.promises(),
      upper: { kind: "window", limit, windowMs },
      lower: { kind: "none" },
      stateHorizonMs: windowMs,
    });
    export const variant = { ...none, about: "Lets in more than it says.", promises };`,
  );
  const trials = [1, 2, 3].map(() => sampleTrial({ scenario: "tiny", variant: "open" }));
  await writeFile(join(folder, "baseline.json"), JSON.stringify(makeBaseline(trials)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const own = (file: string): string => join(folder, file);
const out = ["--out", "runs"];

describe("a run whose reader stops reading", () => {
  it("ends with its verdict all the same, which judging it again, by the same baseline, does not change", async () => {
    const typed = [
      "scenario",
      own("tiny.ts"),
      "--variant",
      own("open.ts"),
      "--baseline",
      own("baseline.json"),
    ];
    const run = spawn(process.execPath, [launcher, ...typed, ...redis, ...out], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    run.stdout.destroy();
    run.stderr.destroy();
    const [code] = (await once(run, "exit")) as [number];
    const kept = async () =>
      JSON.parse(await readFile(join(folder, "runs", "latest", "result.json"), "utf8")) as Result;
    const result = await kept();
    expect(result.findings.find(({ checker }) => checker === "within-bound")?.verdict).toBe("fail");
    expect(code).toBe(1);
    expect(result.gates.map(({ expression }) => expression)).toEqual([
      "outcomes.lost == 0",
      "baseline: the same story",
    ]);
    const again = ["report", "latest", "--scenario", own("tiny.ts"), ...out];
    await expect(
      promisify(execFile)(process.execPath, [launcher, ...again], { cwd: folder, env }),
    ).rejects.toMatchObject({ code: 1 });
    expect(await kept()).toEqual(result);
  });
});

describe("a comparison of a limiter with a file that is called like it", () => {
  it("measures each for itself, and prints what it keeps", async () => {
    const typed = ["compare", own("tiny.ts"), "--variants", `none,${own("none.ts")}`, "--blocks", "0"];
    const args = [launcher, ...typed, "--json", ...redis, ...out];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
    const [name = ""] = await readdir(join(folder, "runs", "compare"));
    expect(stdout).toBe(await readFile(join(folder, "runs", "compare", name, "compare.json"), "utf8"));
    const { rows } = JSON.parse(stdout) as Comparison;
    const [ours = "", theirs = ""] = rows.map(({ variant }) => variant);
    expect(ours).toBe("none");
    expect(theirs).toMatch(/^gatecrash-own-\w+-none$/);
    expect(rows.map(({ runs }) => runs.length)).toEqual([1, 1]);
  });
});
