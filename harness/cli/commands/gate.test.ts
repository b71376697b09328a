import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { resultText } from "../../../reports/json.ts";
import { type SampleTrial, sampleTrial } from "../../verdict/sample-trial.ts";
import { main } from "../main.ts";

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-gate-"));
  for (let second = 0; second < 6; second++)
    await recorded(`trial-${second}`, { commandsPerDecision: 3 + second / 500, startedAt: at(second) });
  await recorded("dear", { commandsPerDecision: 3.7, startedAt: at(7) });
  await mkdir(join(out, "burst", "older"));
  await writeFile(join(out, "burst", "older", "result.json"), "{}");
  await recorded("other", { variant: "none", latencyP99Ms: 10, startedAt: at(8) });
});
afterAll(() => rm(out, { recursive: true, force: true }));

const at = (second: number) => `2026-01-02T03:04:0${second}.000Z`;
const trials = [0, 1, 2, 3, 4, 5].map((second) => `burst/trial-${second}`);

/** A run as `scenario` leaves it below `out`, as far as a gate reads it. */
async function recorded(name: string, over: SampleTrial): Promise<void> {
  await mkdir(join(out, "burst", name), { recursive: true });
  await writeFile(join(out, "burst", name, "result.json"), resultText(sampleTrial(over)));
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, from the folder of the runs, as behind `npm run`. */
async function gatecrash(args: readonly string[], summary = ""): Promise<Ended> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.stubEnv("INIT_CWD", out).stubEnv("GITHUB_STEP_SUMMARY", summary);
  vi.stubEnv("npm_lifecycle_event", undefined);
  const printed = (spy: typeof log) => spy.mock.calls.map(([line]) => `${line}\n`).join("");
  try {
    const code = await main(args);
    return { code, stdout: printed(log), stderr: printed(error) };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

describe("gate", () => {
  it.each([
    [["--gate", "latencyMs.p99<=20", "burst/dear", "burst/other/result.json"], 0, "pass: 2 passed"],
    [["--gate", "latencyMs.p99<=15", "burst/dear", "burst/other"], 1, "fail: 1 failed, 1 passed"],
    [["--gate", "accuracy.wronglyAllowedShare<=0.002", "burst/dear"], 2, "inconclusive: 1 inconclusive"],
    [["--gate", "phase.brust.outcomes.lost==0", "burst/dear"], 2, "did you mean burst?"],
    [
      ["--gate", "variant.gcra.latencyMs.p99 / variant.none.latencyMs.p99 <= 2", ...trials, "burst/other"],
      0,
      "pass: 1 passed",
    ],
  ])("%j ends with %i", async (args, code, printed) => {
    const ended = await gatecrash(["gate", ...args]);
    expect(ended.stdout).toContain(printed);
    expect(ended.code).toBe(code);
  });

  it.each([
    [["burst/dear"], /Say what to hold the runs against/],
    [["--gate", "latencyMs.p99<=20"], /Name at least one run/],
    [["--gate", "latencyMs.p99<=20", "burst/nothing"], /There is no result of a run at burst\/nothing/],
    [
      ["--gate", "latencyMs.p99<=20", "burst/dear", "burst/older"],
      /older.result\.json is no result of schema v/,
    ],
    [["--gate", "latencyMs.p98<=20", "burst/dear"], /did you mean latencyMs\.p9/],
    [["--baseline", "nowhere.json", "burst/dear"], /There is no baseline at nowhere\.json/],
    [["--baseline", "burst/dear/result.json", "burst/dear"], /is no baseline of schema version 1/],
  ])("%j is one sentence and exit code 3", async (args, sentence) => {
    const { code, stderr, stdout } = await gatecrash(["gate", ...args]);
    expect(stderr.trim()).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(3);
  });

  it("ends as it judged also where the step's summary cannot be written", async () => {
    const ended = await gatecrash(["gate", "--gate", "latencyMs.p99<=20", "burst/dear"], out);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("pass: 1 passed") });
    expect(ended.stderr).toMatch(/^The step's summary .* cannot be written/);
  });

  it("writes its report, and the step's summary", async () => {
    const summary = join(out, "summary.md");
    const args = ["gate", "--gate", "latencyMs.p99<=15", "--report", "report", "--json", "burst/dear"];
    const { stdout } = await gatecrash(args, summary);
    const report = (name: string) => readFile(join(out, "report", name), "utf8");
    expect(JSON.parse(stdout)).toEqual(JSON.parse(await report("gates.json")));
    expect(await report("gates.xml")).toContain('tests="1" failures="1"');
    expect(await readFile(summary, "utf8")).toBe(await report("gates.md"));
  });
});

describe("baseline", () => {
  it("keeps the noise of several runs, by which later ones are judged", async () => {
    const saved = await gatecrash(["baseline", "save", ...trials]);
    expect(saved.stdout).toContain("commandsPerDecision: 3 to 3.01; finds 5.22 % more");
    expect(saved.stdout).toContain("Saved baselines/burst-gcra.json");
    expect(saved.code).toBe(0);
    const file = "baselines/burst-gcra.json";
    expect((await readFile(join(out, file), "utf8")).length).toBeLessThan(2_000);
    expect((await gatecrash(["baseline", "show", file])).stdout).toBe(
      `${saved.stdout.slice(0, saved.stdout.indexOf("\n\nSaved"))}\n`,
    );
    const same = await gatecrash(["gate", "--baseline", file, "burst/trial-3"]);
    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining("pass: 5 passed") });
    const dear = await gatecrash(["gate", "--baseline", file, "burst/dear"]);
    expect(dear.stdout).toContain("fail: baseline: findings.redis-cost.commandsPerDecision (burst on gcra)");
    expect(dear.stdout).toMatch(/3\.7 is \+23\.1 % beside the baseline's 3\.005: noise explains \+\d\.\d %/);
    expect(dear.code).toBe(1);
    const refused = await gatecrash([
      "scenario",
      "burst",
      "--variant",
      "none",
      "--baseline",
      file,
      "--out",
      out,
    ]);
    expect(refused.stderr).toMatch(/^The baseline is of burst on gcra, and this would be burst on none/);
    expect(refused.code).toBe(3);
  });

  it.each([
    [["save", ...trials.slice(0, 2)], /at least 3 runs, better 10/],
    [["save", ...trials, "burst/other"], /burst on none, not burst on gcra/],
    [["forget", "burst"], /nothing called "forget" to do with a baseline: say save or show/],
  ])("%j is one sentence and exit code 3", async (args, sentence) => {
    const { code, stderr } = await gatecrash(["baseline", ...args]);
    expect(stderr.trim()).toMatch(sentence);
    expect(code).toBe(3);
  });
});
