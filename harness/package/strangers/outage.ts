import {
  answersEverything,
  during,
  faultsTookEffect,
  poisson,
  redisDown,
  type Scenario,
  weightedKeys,
} from "gatecrash/scenario";

const keys = weightedKeys([{ key: "alice", share: 1 }]);

/** A scenario in TypeScript, in which something breaks. */
export const scenario: Scenario = {
  about: "Does everybody get an answer while Redis is away?",
  policies: [{ name: "mine", limit: 100, windowMs: 1_000 }],
  replicas: 2,
  phases: ({ ratePerSecond }) => [
    { name: "fault", load: poisson({ ratePerSecond, durationMs: 2_500, keys }) },
    { name: "recovery", load: poisson({ ratePerSecond, durationMs: 2_000, keys }) },
  ],
  faults: () => during(redisDown(), "fault", { fromMs: 500, untilMs: 2_000 }),
  checkers: [answersEverything(), faultsTookEffect()],
};
