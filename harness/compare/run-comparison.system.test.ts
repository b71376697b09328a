import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { accuracy } from "../checkers/accuracy.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { chooseVariant } from "../cli/catalogue.ts";
import { readHistory } from "../history/history-file.ts";
import { constant } from "../load/constant.ts";
import { zipfKeys } from "../load/zipf-keys.ts";
import type { Scenario } from "../scenario.ts";
import { startedGateways } from "../targets/started-gateways.ts";
import type { Comparison } from "./comparison.ts";
import { runComparison } from "./run-comparison.ts";
import type { Contestant } from "./run-contestant.ts";

const scenario: Scenario = {
  about: "Two seconds of one hot key and a few others.",
  policies: [{ name: "tiny", limit: 100, windowMs: 1_000 }],
  replicas: 2,
  phases: ({ ratePerSecond }) => [
    {
      name: "baseline",
      load: constant({
        ratePerSecond,
        durationMs: 2_000,
        keys: zipfKeys({ hot: [{ key: "hot", share: 0.5 }], tailKeys: 10 }),
      }),
    },
  ],
  checkers: [withinBound(), accuracy()],
};

async function contestant(name: string): Promise<Contestant> {
  const chosen = await chooseVariant(name);
  return { about: chosen.variant.about, target: startedGateways(chosen), command: () => "" };
}

/** Its package is not installed, or its file is broken: the gateways do not start. */
async function brokenContestant(): Promise<Contestant> {
  const chosen = await chooseVariant("none");
  const target = startedGateways({ ...chosen, name: "broken", gatewayArgs: ["nowhere.ts"] });
  return { about: "Cannot be started.", target, command: () => "" };
}

describe("a comparison", () => {
  let out = "";
  let comparison: Comparison;
  const order: string[] = [];
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "gatecrash-compare-"));
    const contestants = [await contestant("sliding-log"), await brokenContestant(), await contestant("none")];
    comparison = await runComparison(
      {
        scenarioName: "tiny",
        scenarioFile: null,
        scenario,
        contestants,
        trials: 2,
        blocks: 1,
        margin: 0.05,
        seed: 7,
        ratePerSecond: 600,
        stretch: 1,
        replicas: scenario.replicas,
        policies: scenario.policies,
        redisUrl: inject("redisUrl"),
        toxiproxyUrl: null,
        system: "auto",
        keeps: "reports",
        out,
        command: "npm run compare tiny",
      },
      {
        signal: new AbortController().signal,
        own: (thing) => thing,
        onStep() {},
        onLive() {},
        onMeasure() {},
        onBlock: (variant, { block }) => order.push(`block ${block} ${variant}`),
        onRun: (variant, trial) => order.push(`${trial} ${variant}`),
        onFailure: (variant) => order.push(`${variant} failed`),
      },
    );
  });
  afterAll(() => rm(out, { recursive: true, force: true }));

  it("takes turns, and leaves out who could not be run", () => {
    // Within a block the order is drawn.
    const blocks = order.splice(-2).toSorted();
    expect(blocks).toEqual(["block 1 none", "block 1 sliding-log"]);
    expect(order).toEqual([
      "1 sliding-log",
      "1 broken",
      "broken failed",
      "1 none",
      "2 sliding-log",
      "2 none",
    ]);
  });

  it("has a row for everybody: who could not be run says why", () => {
    expect(comparison.rows.map(({ variant, runs }) => [variant, runs.length])).toEqual([
      ["sliding-log", 2],
      ["broken", 0],
      ["none", 2],
    ]);
    expect(comparison.rows.map(({ failure }) => failure !== null)).toEqual([false, true, false]);
    expect(comparison.rows[1]?.failure).toMatch(/nowhere\.ts/);
  });

  it("gives all the same arrivals in one trial, and others in the next", async () => {
    const arrivalsOf = async (row: number, trial: number) => {
      const folder = comparison.rows[row]?.runs[trial - 1]?.folder ?? "";
      const { requests, subjects } = await readHistory(join(folder, "history.parquet"));
      const first = requests.intendedMs[0] ?? 0;
      return Array.from(requests.intendedMs, (atMs, at) => {
        const subject = subjects[requests.subject[at] ?? 0];
        return `${(atMs - first).toFixed(2)} ${subject} ${requests.replica[at]}`;
      });
    };
    expect(await arrivalsOf(2, 1)).toEqual(await arrivalsOf(0, 1));
    expect(await arrivalsOf(0, 2)).not.toEqual(await arrivalsOf(0, 1));
  });

  it("keeps the folder of every run", async () => {
    for (const { folder } of comparison.rows.flatMap(({ runs }) => runs))
      expect((await stat(join(folder, "report.html"))).isFile()).toBe(true);
  });

  it("measures what each let in, and what Redis had to do for it: for no limiter, nothing", () => {
    const [limited, , unlimited] = comparison.rows.map(({ runs }) => runs[0]);
    expect(Math.max(...(unlimited?.line.ratios ?? []))).toBeGreaterThan(2);
    expect(Math.max(...(limited?.line.ratios ?? []))).toBeLessThan(2);
    expect(limited?.outageRatio).toBeNull();
    const [paid, , free] = comparison.rows.map(({ blocks }) => blocks[0]?.numbers);
    expect(free).toMatchObject({ redisReads: 0, redisCommands: 0, redisBytesIn: 0, redisBytesOut: 0 });
    for (const number of ["redisReads", "redisCommands", "redisBytesIn", "redisBytesOut"] as const)
      expect(paid?.[number]).toBeGreaterThan(0);
    expect(free?.gatewayCpuUs).toBeGreaterThan(0);
    expect(free?.decisionsPerSecond).toBeGreaterThan(0);
  });

  it("claims nothing from one block", () => {
    const kinds = comparison.rows.flatMap(({ differences }) => differences.map(({ kind }) => kind));
    expect(new Set(kinds).has("measured")).toBe(false);
    expect(kinds.length).toBeGreaterThan(0);
  });
});
