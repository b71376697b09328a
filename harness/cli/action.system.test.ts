import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "../package-root.ts";
import type { Result } from "../verdict/result.ts";
import { sampleStory } from "./sample-story.ts";

const input = z.strictObject({ description: z.string(), default: z.string() });
const step = z.strictObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  shell: z.literal("bash").optional(),
  env: z.record(z.string(), z.string()).default({}),
  run: z.string().optional(),
});
const action = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    inputs: z.record(z.string(), input),
    outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
    runs: z.strictObject({ using: z.literal("composite"), steps: z.array(step) }),
  })
  .parse(parse(await text("action.yml")));
const { steps } = action.runs;
const shellSteps = steps.filter(({ run }) => run !== undefined);
const script = await text(".ci/action");

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash action "));
});
afterAll(() => rm(out, { recursive: true, force: true }));

describe("action.yml", () => {
  it("uses every input that it declares, and no other", () => {
    const used = JSON.stringify(steps).matchAll(/inputs\.([a-z-]+)/g);
    expect(new Set(Array.from(used, ([, name]) => name))).toEqual(new Set(Object.keys(action.inputs)));
  });

  it("leaves the job's own Node as it was, for the gateway is judged on that", () => {
    const others = steps.flatMap(({ uses }) => uses ?? []);
    expect(others.map((uses) => uses.replace(/@.*/, ""))).toEqual(["actions/upload-artifact"]);
    for (const text of [script, ...shellSteps.map(({ run }) => run)])
      expect(text).not.toMatch(/GITHUB_(PATH|ENV)/);
  });

  it("hands what a caller typed to a shell in the environment only", () => {
    for (const { run, shell } of shellSteps) {
      expect(run).not.toContain("${{");
      expect(shell).toBe("bash");
    }
    expect(script).not.toMatch(/\beval\b/);
  });

  it("and its script know the same variables", () => {
    const given = steps.flatMap(({ env }) => Object.keys(env)).filter((name) => !name.endsWith("EXIT_CODE"));
    const read = Array.from(script.matchAll(/\$\{(GATECRASH_[A-Z_]+)/g), ([, name]) => name);
    expect(new Set(read)).toEqual(new Set(given));
  });

  it("reads outputs of steps that there are, and that they write", () => {
    const ids = steps.flatMap(({ id }) => id ?? []);
    for (const [, id = "", name = ""] of JSON.stringify(action).matchAll(
      /steps\.([a-z-]+)\.outputs\.([a-z-]+)/g,
    )) {
      expect(ids).toContain(id);
      expect(script).toContain(`${name}=%s`);
    }
  });

  it.each([
    ["the example workflow", ".github/workflows/gate.yml"],
    ["the README", "README.md"],
  ])("is used with inputs that there are by %s", async (_, file) => {
    const whole = await text(file);
    const uses = Array.from(
      whole.matchAll(/^( *)- uses: (?:\.\/|OWNER\/gatecrash@\S+)\n\1 {2}with:\n((?:\1 {4}.*\n)+)/gm),
    );
    expect(uses.length).toBeGreaterThan(0);
    for (const [, , block = ""] of uses)
      for (const name of Object.keys(parse(block))) expect(Object.keys(action.inputs)).toContain(name);
  });
});

it("the job for GitLab runs what there is", async () => {
  const jobs = z
    .record(z.string(), z.looseObject({ script: z.array(z.string()) }))
    .parse(parse(await text(".ci/gitlab-ci.yml")));
  const lines = Object.values(jobs).flatMap((job) => job.script);
  const typed = lines.find((line) => line.includes("run scenario")) ?? "";
  const { printed } = await shell('npm --prefix "$ROOT" run --silent scenario -- --help', {
    ROOT: packageRoot,
  });
  for (const [option] of typed.slice(typed.indexOf(" -- ") + 4).matchAll(/--[a-z-]+/g))
    expect(printed).toContain(option);
});

describe("the shell steps", () => {
  /**
   * An npm that runs nothing: it says what it was called with, leaves what a run would, and ends with the next code of
   * `CODES`; with 3 its run never began, with 4 there was none.
   */
  async function withEchoingNpm(codes: string): Promise<Record<string, string>> {
    await writeFile(
      join(out, "npm"),
      `#!/usr/bin/env bash
      printf '%s\\n' "called" "$@" END >>"$CALLS"
      echo "## a summary" >>"$GITHUB_STEP_SUMMARY"
      out=$(printf '%s\n' "$@" | sed -n '/^--out$/{n;p;}')
      try=$(grep -c '^called$' "$CALLS")
      code=$(sed -n "$try"p <<<"$CODES")
      [ "$code" -eq 4 ] || mkdir -p "$out/burst/20260101-00000$try-x/logs"
      [ "$code" -ge 3 ] || ln -s "burst/20260101-00000$try-x" "$out/latest"
      exit "$code"\n`,
    );
    await chmod(join(out, "npm"), 0o755);
    const calls = join(out, `calls-${Math.random()}`);
    await writeFile(calls, "");
    return { PATH: `${out}${delimiter}${process.env.PATH}`, CALLS: calls, CODES: codes };
  }

  it("keep each input one word, whatever is in it", async () => {
    const hostile = `a "b" 'c' $(touch ${join(out, "pwned")}) \`id\`; & | > * \\`;
    const env = await withEchoingNpm("0");
    const { outputs } = await asRunner(
      {
        scenario: hostile,
        command: hostile,
        gates: `\n  ${hostile}  \n\nlatencyMs.p99<=20\n`,
        options: "--burst 5\n--replicas-independent",
      },
      env,
    );
    const words = (await readFile(env.CALLS ?? "", "utf8")).split("\n");
    expect(words.slice(words.indexOf("--") + 3, words.indexOf("END"))).toEqual([
      `--command=${hostile}`,
      `--gate=${hostile}`,
      "--gate=latencyMs.p99<=20",
      "--burst=5",
      "--replicas-independent",
      "--",
      hostile,
    ]);
    await expect(readFile(join(out, "pwned"))).rejects.toThrow("ENOENT");
    expect(outputs).toMatchObject({ verdict: "pass", "exit-code": "0" });
  });

  it.each([
    ["2\n2\n0", "3", { verdict: "pass", "exit-code": "0" }, 3],
    ["2\n2\n0", "2", { verdict: "inconclusive", "exit-code": "2" }, 2],
    ["1\n0", "3", { verdict: "fail", "exit-code": "1" }, 1],
    ["3", "3", { verdict: "error", "exit-code": "3" }, 1],
    ["0", "0; id", { verdict: "error", "exit-code": "3" }, 0],
  ])(
    "run again what is inconclusive only: codes %j in at most %s tries",
    async (codes, tries, expected, calls) => {
      const env = await withEchoingNpm(codes);
      const { outputs, code, summary } = await asRunner({ tries }, env);
      expect(outputs).toMatchObject(expected);
      expect(code).toBe(Number(expected["exit-code"]));
      expect((await readFile(env.CALLS ?? "", "utf8")).match(/^called$/gm) ?? []).toHaveLength(calls);
      expect(summary.match(/## a summary/g) ?? []).toHaveLength(Math.min(1, calls));
    },
  );

  it.each([
    ["2\n0", "burst/20260101-000002-x"],
    ["3", "burst/20260101-000001-x"],
    ["2\n3", "burst/20260101-000002-x"],
  ])("name the folder that the last of the tries left, judged or not: codes %j", async (codes, folder) => {
    const { outputs } = await asRunner({}, await withEchoingNpm(codes));
    expect(outputs.folder?.slice(-folder.length)).toBe(folder);
  });

  it("name no folder where the last try left none, whatever was there before", async () => {
    const { outputs } = await asRunner({}, await withEchoingNpm("2\n4"));
    expect(outputs).toMatchObject({ verdict: "error", "exit-code": "4", folder: "" });
  });

  it("keep the last words of a gateway that does not start", async () => {
    await writeFile(join(out, "tiny.ts"), sampleStory());
    const { outputs } = await asRunner({ scenario: "./tiny.ts", command: "echo boom; exit 7" }, {});
    expect(outputs).toMatchObject({ verdict: "error", "exit-code": "3" });
    const logs = join(outputs.folder ?? "", "logs");
    const texts = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), "utf8")));
    expect(texts.join("\n")).toContain("boom");
  });

  it("run a scenario for real: summary, report, JUnit with a case a gate, and the verdict at last", async () => {
    await writeFile(join(out, "tiny.ts"), sampleStory());
    const gates = "outcomes.allowed >= 1\nphase.nowhere.outcomes.lost == 0";
    const ran = await asRunner({ scenario: "./tiny.ts", gates, seed: "1", tries: "1", rate: "400" }, {});
    const folder = ran.outputs.folder ?? "";
    const result = JSON.parse(await readFile(join(folder, "result.json"), "utf8")) as Result;
    expect(result.gates.map(({ expression, verdict }) => `${expression}: ${verdict}`)).toEqual([
      "outcomes.lost == 0: pass",
      "outcomes.allowed >= 1: pass",
      "phase.nowhere.outcomes.lost == 0: inconclusive",
    ]);
    expect(ran.outputs).toMatchObject({ verdict: "inconclusive", "exit-code": "2" });
    expect(ran.code).toBe(2);
    expect(ran.summary).toBe(await readFile(join(folder, "report.md"), "utf8"));
    const junit = await readFile(join(folder, "junit.xml"), "utf8");
    expect(junit.match(/<testcase /g)).toHaveLength(result.findings.length + result.gates.length);
    expect((await readFile(join(folder, "charts", "latency.png"))).length).toBeGreaterThan(1_000);
  });
});

interface Ran {
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Runs the steps with an id and behind it as GitHub's runner would, with `given` inputs, from a workspace of its own. */
async function asRunner(given: Readonly<Record<string, string>>, env: Record<string, string>): Promise<Ran> {
  const folder = await mkdtemp(join(out, "runner "));
  const files = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "summary") };
  for (const file of Object.values(files)) await writeFile(file, "");
  const around = { ...env, ...files, RUNNER_TEMP: folder, GITHUB_ACTION_PATH: packageRoot };
  const outputsNow = async () =>
    Object.fromEntries(
      (await readFile(files.GITHUB_OUTPUT, "utf8"))
        .split("\n")
        .filter((line) => line.includes("="))
        .map((line): [string, string] => [
          line.slice(0, line.indexOf("=")),
          line.slice(line.indexOf("=") + 1),
        ]),
    );
  let code = 0;
  for (const { run = "", env: typed } of shellSteps.slice(1)) {
    const outputs = await outputsNow();
    const filled = (value: string) =>
      value
        .replace(
          /\$\{\{ inputs\.([a-z-]+) \}\}/g,
          (_, name) => given[name] ?? action.inputs[name]?.default ?? "",
        )
        .replace(/\$\{\{ steps\.run\.outputs\.([a-z-]+) \}\}/g, (_, name) => outputs[name] ?? "");
    const own = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, filled(value)]));
    ({ code } = await shell(run, { ...around, ...own }));
    if (code !== 0) break;
  }
  return { code, outputs: await outputsNow(), summary: await readFile(files.GITHUB_STEP_SUMMARY, "utf8") };
}

/** The runner starts the first npm there is: nothing has been told by one around it. */
const withoutNpm = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)),
);

function shell(line: string, env: Record<string, string>): Promise<{ code: number; printed: string }> {
  return new Promise((resolve) => {
    execFile(
      "bash",
      ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", line],
      { cwd: out, env: { ...withoutNpm, NO_COLOR: "1", ...env }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, printed: stdout + stderr }),
    );
  });
}

function text(file: string): Promise<string> {
  return readFile(join(packageRoot, file), "utf8");
}
