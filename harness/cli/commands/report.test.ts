import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeHistory } from "../../history/history-file.ts";
import { sampleHistory } from "../../history/sample-history.ts";
import { makeBaseline } from "../../verdict/baseline/make-baseline.ts";
import type { Result } from "../../verdict/result.ts";
import { sampleTrial } from "../../verdict/sample-trial.ts";
import { main } from "../main.ts";

const baseline = makeBaseline([1, 2, 3].map(() => sampleTrial({ variant: "sliding-log" })));
const other = { ...baseline, variant: "gcra" };
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatecrash-report-"));
  await writeFile(join(folder, "baseline.json"), JSON.stringify(baseline));
  await writeFile(join(folder, "other.json"), JSON.stringify(other));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The gates, by their expressions, of a run that was started with `baselines`, judged again. */
async function gatesAgain(baselines: readonly string[], ...options: readonly string[]): Promise<string[]> {
  const history = sampleHistory({ count: 20 });
  await rm(join(folder, "history.parquet"), { force: true });
  await writeHistory(join(folder, "history.parquet"), { ...history, run: { ...history.run, baselines } });
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await main(["report", folder, ...options]);
  } finally {
    log.mockRestore();
  }
  const { gates } = JSON.parse(await readFile(join(folder, "result.json"), "utf8")) as Result;
  return gates.map(({ expression }) => expression);
}

describe("a run that is judged again", () => {
  const text = JSON.stringify(baseline);
  it("is held against the baselines that it was started with", async () => {
    expect(await gatesAgain([text])).toEqual(["baseline: the same story"]);
    expect(await gatesAgain([])).toEqual([]);
  });

  it("is held against further ones beside them, and against each once", async () => {
    const file = join(folder, "baseline.json");
    expect(await gatesAgain([text], "--baseline", file)).toHaveLength(1);
    expect(
      await gatesAgain([text], "--baseline", file, "--baseline", join(folder, "other.json")),
    ).toHaveLength(2);
    expect(await gatesAgain([], "--baseline", file)).toHaveLength(1);
  });

  it("is refused where what it was held against cannot be read", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const history = sampleHistory({ count: 20 });
    await rm(join(folder, "history.parquet"), { force: true });
    const baselines = [JSON.stringify({ ...baseline, trials: 9 })];
    await writeHistory(join(folder, "history.parquet"), { ...history, run: { ...history.run, baselines } });
    expect(await main(["report", folder])).toBe(3);
    expect(error.mock.calls.flat()).toEqual([
      expect.stringMatching(/^What this run was held against is no baseline/),
    ]);
    error.mockRestore();
  });
});
