import { answersEverything, constant, noFalseDenials, weightedKeys, withinBound } from "gatecrash/scenario";

const keys = weightedKeys([
  { key: "alice", share: 0.5 },
  { key: "bob", share: 0.5 },
]);

/** A scenario in JavaScript, from load and checkers. */
export const scenario = {
  about: "Are two callers held to their limit, each for itself?",
  policies: [{ name: "mine", limit: 50, windowMs: 1_000 }],
  replicas: 2,
  phases: ({ ratePerSecond, stretch }) => [
    { name: "steady", load: constant({ ratePerSecond, durationMs: 2_500 * stretch, keys }) },
  ],
  checkers: [withinBound(), noFalseDenials(), answersEverything()],
};
