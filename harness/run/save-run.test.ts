import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { sampleRun } from "../../reports/sample-run.ts";
import type { Scenario } from "../scenario.ts";
import { makeRunFolder } from "./run-folder.ts";
import { saveRun } from "./save-run.ts";

const { history } = sampleRun();
const scenario: Scenario = {
  about: "Is it kept?",
  policies: history.policies,
  replicas: 3,
  phases: () => [],
  checkers: [],
};

let out = "";
beforeAll(async () => {
  out = await realpath(await mkdtemp(join(tmpdir(), "gatecrash-save-")));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(() => rm(out, { recursive: true, force: true }));

/** Keeps a run, with the step's summary at `summary`; its folder, and what was said. */
async function saved(summary: string): Promise<{ folder: string; said: string }> {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.stubEnv("GITHUB_STEP_SUMMARY", summary);
  const folder = await makeRunFolder(out, history.run.scenario, "gcra", new Date());
  await saveRun(history, { scenario, gates: [], folder, out });
  return { folder, said: error.mock.calls.join("\n") };
}

it("the report is the step's summary too", async () => {
  const summary = join(out, "summary.md");
  const { folder, said } = await saved(summary);
  expect(await readFile(summary, "utf8")).toBe(await readFile(join(folder, "report.md"), "utf8"));
  expect(said).toBe("");
});

it("a summary that cannot be written is told, and the run is kept and the latest", async () => {
  const { folder, said } = await saved(out);
  expect(said).toBe(`The step's summary ${out} cannot be written (EISDIR): it is left out.`);
  expect(await realpath(join(out, "latest"))).toBe(folder);
});
