import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { accuracy } from "../checkers/accuracy.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { chooseVariant } from "../cli/catalogue.ts";
import type { Contestant, ContestRequest } from "../compare/run-contestant.ts";
import { constant } from "../load/constant.ts";
import { zipfKeys } from "../load/zipf-keys.ts";
import type { Scenario } from "../scenario.ts";
import { startedGateways } from "../targets/started-gateways.ts";
import { addRounds } from "./add-rounds.ts";
import type { League } from "./league.ts";
import { leagueState } from "./league-state.ts";
import { type LeagueRequest, runLeague } from "./run-league.ts";
import { sampleLeague } from "./sample-league.ts";

const scenario: Scenario = {
  about: "A second of one key.",
  policies: [{ name: "tiny", limit: 100, windowMs: 1_000 }],
  replicas: 1,
  phases: ({ ratePerSecond }) => [
    {
      name: "steady",
      load: constant({
        ratePerSecond,
        durationMs: 1_000,
        keys: zipfKeys({ hot: [{ key: "hot", share: 0.9 }], tailKeys: 10 }),
      }),
    },
  ],
  checkers: [withinBound(), accuracy()],
};

async function contestant(name: string): Promise<Contestant> {
  const chosen = await chooseVariant(name);
  return { about: chosen.variant.about, target: startedGateways(chosen), command: () => "" };
}

describe("a league", () => {
  let out = "";
  let contests: ContestRequest[] = [];
  let request: LeagueRequest;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "gatecrash-league-"));
    contests = ["only"].map((scenarioName) => ({
      ...{ scenarioName, scenario, scenarioFile: null, seed: 1, ratePerSecond: 300, stretch: 1, replicas: 1 },
      ...{
        policies: scenario.policies,
        redisUrl: inject("redisUrl"),
        toxiproxyUrl: null,
        system: "auto" as const,
      },
      ...{ keeps: "history" as const, out },
    }));
    const variants = ["sliding-log", "none"];
    const settings = { ...sampleLeague().settings, blocks: 0, variants };
    const contestants = await Promise.all(variants.map(contestant));
    request = { settings, contests, contestants, margin: 0.05, command: "npm run league" };
  });
  afterAll(() => rm(out, { recursive: true, force: true }));

  /** Runs it until `onNext` says so, and tells what was begun. */
  async function run(
    stopAt: string | null,
  ): Promise<{ readonly begun: string[]; readonly league: League | null }> {
    const begun: string[] = [];
    const stop = new AbortController();
    const state = await leagueState(join(out, "state"), request.settings);
    try {
      const league = await runLeague(request, state, {
        signal: stop.signal,
        own: (thing) => thing,
        onStep: () => {},
        onLive: () => {},
        onNext(what) {
          if (!what.startsWith("block")) begun.push(what);
          if (what === stopAt) stop.abort(new Error("stopped"));
        },
      });
      return { begun, league };
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      return { begun, league: null };
    }
  }

  it("goes on where it was stopped: what was run is not run again", async () => {
    const stopped = await run("only: none");
    expect(stopped.league).toBeNull();
    expect(stopped.begun).toEqual(["only: sliding-log", "only: none"]);
    const { begun, league } = await run(null);
    expect(begun).toEqual(["only: none"]);
    const rows = (league?.comparisons ?? []).flatMap((one) => one.rows);
    expect(rows.map(({ variant, runs, failure }) => [variant, runs.length, failure])).toEqual([
      ["sliding-log", 1, null],
      ["none", 1, null],
    ]);
    expect(league?.loadAverages).toHaveLength(2);
  });

  it("that is whole runs nothing, and comes to the same, of the same hour", async () => {
    const wholeAt = new Date().toISOString();
    const { begun, league } = await run(null);
    expect(begun).toEqual([]);
    expect(league?.comparisons[0]?.rows.map(({ runs }) => runs.length)).toEqual([1, 1]);
    expect(league !== null && league.startedAt < league.endedAt && league.endedAt <= wholeAt).toBe(true);
  });

  it("runs once more what ended inconclusive, and that counts", async () => {
    const contestants = request.contestants.slice(0, 1);
    const settings = { ...request.settings, variants: ["sliding-log"] };
    const folder = join(out, "weak");
    const state = await leagueState(folder, settings);
    // Nobody comes near the limit.
    const weak = contests.map((contest) => ({
      ...contest,
      ratePerSecond: 20,
      out: join(folder, "histories"),
    }));
    const league = await runLeague({ ...request, settings, contestants, contests: weak }, state, {
      ...{ signal: new AbortController().signal, onStep() {}, onLive() {}, onNext() {} },
      own: (thing) => thing,
    });
    expect(league.comparisons[0]?.rows[0]?.runs.map(({ verdict }) => verdict)).toEqual(["inconclusive"]);
    expect(league.secondRuns).toBe(1);
    expect(await readdir(join(folder, "histories", "only"))).toHaveLength(2);
  });

  it("measures the rounds of blocks that it lacks, and no other", async () => {
    const settings = { ...request.settings, blocks: 1, variants: ["none"] };
    const contestants = request.contestants.filter(({ target }) => target.name === "none");
    // One of its own: blocks wait until Redis is at rest.
    const alone = contests.map((contest) => ({ ...contest, redisUrl: null }));
    const begun: string[] = [];
    for (const _ of [1, 2]) {
      const state = await leagueState(join(out, "rounds"), settings);
      const watch = {
        ...{ signal: new AbortController().signal, onStep() {}, onLive() {} },
        own: <T>(thing: T) => thing,
        onNext: (what: string) => void begun.push(what),
      };
      const failures = await addRounds({ ...request, settings, contestants, contests: alone }, state, watch, {
        done: 0,
        steps: 1,
      });
      expect(failures.size).toBe(0);
      expect(Object.keys((await state.round(1))?.numbers ?? {})).toEqual(["none"]);
    }
    expect(begun).toEqual(["block 1 of 1: none is done"]);
  });
});
