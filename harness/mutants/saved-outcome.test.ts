import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { savedOutcome, saveOutcome } from "./saved-outcome.ts";
import { type Trial, type TrialOutcome, trialPath } from "./trial.ts";

const trial: Trial = {
  scenario: "flood",
  variant: "a:fixed",
  twinOf: ["a"],
  convictedBy: [],
  seed: 1,
  ratePerSecond: 10,
};
const outcome: TrialOutcome = {
  schemaVersion: 1,
  trial,
  command: "npm run scenario flood",
  verdict: "pass",
  findings: [],
};

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-matrix-"));
});
afterAll(() => rm(out, { recursive: true }));

describe("an outcome that is kept", () => {
  it("is found again, and nothing lies beside it", async () => {
    expect(await savedOutcome(out, trial, "one")).toBeNull();
    await saveOutcome(out, outcome, "one");
    expect(await savedOutcome(out, trial, "one")).toEqual(outcome);
    expect(await readdir(join(out, "flood"))).toEqual(["a-fixed-seed-1-rate-10.json"]);
  });

  it("does not count once its mutant declares other checkers", async () => {
    expect(await savedOutcome(out, { ...trial, convictedBy: ["within-bound"] }, "one")).toBeNull();
  });

  it("does not count where another source wrote it", async () => {
    expect(await savedOutcome(out, trial, "two")).toBeNull();
    await saveOutcome(out, { ...outcome, verdict: "fail" }, "two");
    expect(await savedOutcome(out, trial, "two")).toMatchObject({ verdict: "fail" });
    expect(await savedOutcome(out, trial, "one")).toBeNull();
  });

  it("does not count where nobody wrote down its source", async () => {
    await writeFile(join(out, trialPath(trial)), JSON.stringify(outcome));
    expect(await savedOutcome(out, trial, "one")).toBeNull();
  });

  it("does not count where its file is broken", async () => {
    await writeFile(join(out, trialPath(trial)), '{ "source": "one", "outcome": {');
    expect(await savedOutcome(out, trial, "one")).toBeNull();
  });
});
