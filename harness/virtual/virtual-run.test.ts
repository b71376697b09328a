import { describe, expect, it } from "vitest";
import { slidingLog } from "../../limiter/algorithms/sliding-log.ts";
import type { Policy } from "../../limiter/policy.ts";
import { headersAreHonest } from "../checkers/headers-are-honest.ts";
import { metricsTellTheTruth } from "../checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../checkers/no-false-denials.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { evidenceOf } from "../history/evidence-of.ts";
import type { History } from "../history/history.ts";
import { poisson } from "../load/poisson.ts";
import type { Scenario } from "../scenario.ts";
import { networks } from "./network.ts";
import { twinGateways } from "./twin-gateways.ts";
import { virtualRun } from "./virtual-run.ts";

const policies: readonly Policy[] = [{ name: "p", limit: 20, windowMs: 1_000 }];
const checkers = [withinBound(), noFalseDenials(), metricsTellTheTruth(), headersAreHonest()];
const scenario: Scenario = {
  about: "a key at its limit, and clients that come back",
  policies,
  replicas: 2,
  probingClients: 10,
  checkers,
  phases: () => [
    { name: "paced", load: poisson({ ratePerSecond: 200, durationMs: 6_000, keys: () => "hot" }) },
    {
      name: "blast",
      saturate: { requests: 200, connections: 6, keys: [{ key: "cool", share: 1 }], atMostMs: 5_000 },
    },
  ],
};

/** A run against a limiter that keeps `kept`, and promises `policies`. */
function played(seed: number, kept = policies): Promise<History> {
  return virtualRun({
    scenario,
    scenarioName: "test",
    variant: "twin",
    command: "npm test",
    promises: slidingLog.promises,
    policies,
    seed,
    ratePerSecond: 200,
    stretch: 1,
    gateways: ({ time, clock, replicas }) =>
      twinGateways(slidingLog, { policies: kept, replicas }, () => clock.atUs(time.nowMs)),
  });
}

const verdicts = (history: History) =>
  Object.fromEntries(checkers.map(({ name, check }) => [name, check(evidenceOf(history)).verdict]));

const quiet = networks.findIndex(({ name }) => name === "quiet");

describe("a run in simulated time", () => {
  it("is the same again with the same seed, and another with another", async () => {
    expect(await played(3)).toEqual(await played(3));
    expect((await played(3)).requests).not.toEqual((await played(4)).requests);
  });

  it("passes every proof where the limiter is right and all is quiet", async () => {
    expect(verdicts(await played(quiet))).toEqual({
      "within-bound": "pass",
      "no-false-denials": "pass",
      "metrics-tell-the-truth": "pass",
      "headers-are-honest": "pass",
    });
  });

  it.each([...networks.entries()])(
    "convicts one more than the limit, and one less: network %i",
    async (seed) => {
      const [more, less] = [21, 19].map((limit) => [{ name: "p", limit, windowMs: 1_000 }]);
      expect(verdicts(await played(seed, more))["within-bound"]).toBe("fail");
      if (seed === quiet) expect(verdicts(await played(seed, less))["no-false-denials"]).toBe("fail");
    },
  );
});
