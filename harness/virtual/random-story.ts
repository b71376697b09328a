import fc from "fast-check";
import type { Algorithm } from "../../limiter/algorithms/algorithm.ts";
import { ALGORITHMS } from "../../limiter/limiter-options.ts";
import type { Policy } from "../../limiter/policy.ts";
import type { History } from "../history/history.ts";
import { merged } from "../load/merged.ts";
import { poisson } from "../load/poisson.ts";
import { weightedKeys } from "../load/weighted-keys.ts";
import type { Scenario } from "../scenario.ts";
import { twinGateways } from "./twin-gateways.ts";
import { virtualRun } from "./virtual-run.ts";

/** Test support: what some correct limiter is asked, by whom, and in which world. */
export interface RandomStory {
  readonly algorithm: Algorithm;
  readonly policies: readonly Policy[];
  readonly seed: number;
  readonly replicas: number;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly subjects: number;
  readonly cost: number;
  readonly probingClients: number;
}

const policy: fc.Arbitrary<Omit<Policy, "name">> = fc
  .record({
    limit: fc.constantFrom(1, 2, 3, 5, 8, 20),
    windowMs: fc.constantFrom(100, 250, 1_000, 1_500),
    burst: fc.constantFrom(0, 1, 4, 12),
  })
  .map(({ burst, ...rest }) => (burst === 0 ? rest : { ...rest, burst }));

/** Test support: small stories of correct limiters. */
export const randomStories: fc.Arbitrary<RandomStory> = fc.record({
  algorithm: fc.constantFrom(...Object.values(ALGORITHMS)),
  policies: fc
    .array(policy, { minLength: 1, maxLength: 2 })
    .map((all) => all.map((one, index) => ({ name: `p${index}`, ...one }))),
  seed: fc.nat(1_000_000),
  replicas: fc.integer({ min: 1, max: 3 }),
  ratePerSecond: fc.constantFrom(20, 100, 400),
  durationMs: fc.constantFrom(300, 1_000, 2_500),
  subjects: fc.integer({ min: 1, max: 3 }),
  cost: fc.constantFrom(1, 2, 5),
  probingClients: fc.constantFrom(0, 0, 3),
});

/** Test support: what was seen of it. */
export function historyOf(story: RandomStory): Promise<History> {
  const { algorithm, policies, replicas, seed, ratePerSecond, probingClients } = story;
  const scenario: Scenario = {
    about: "random",
    policies,
    replicas,
    probingClients,
    checkers: [],
    phases: () => [{ name: "random", load: loadOf(story) }],
  };
  return virtualRun({
    scenario,
    scenarioName: "random",
    variant: algorithm.name,
    command: "npm test",
    promises: algorithm.promises,
    policies,
    seed,
    ratePerSecond,
    stretch: 1,
    gateways: ({ time, clock }) =>
      twinGateways(algorithm, { policies, replicas }, () => clock.atUs(time.nowMs)),
  });
}

/** Mostly of cost 1, some of more. */
function loadOf({ ratePerSecond, durationMs, subjects, cost }: RandomStory) {
  const names = Array.from({ length: subjects }, (_, i) => ({ key: `s${i}`, share: 1 / subjects }));
  const keys = weightedKeys(names);
  return merged(
    poisson({ ratePerSecond: 0.8 * ratePerSecond, durationMs, keys }),
    poisson({ ratePerSecond: 0.2 * ratePerSecond, durationMs, keys, cost }),
  );
}
