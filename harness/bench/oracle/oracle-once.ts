import { performance } from "node:perf_hooks";
import { accuracy } from "../../checkers/accuracy.ts";
import { answersEverything } from "../../checkers/answers-everything.ts";
import { latencyWithin } from "../../checkers/latency-within.ts";
import { loadQuality } from "../../checkers/load-quality.ts";
import { noFalseDenials } from "../../checkers/no-false-denials.ts";
import { withinBound } from "../../checkers/within-bound.ts";
import { evidenceOf } from "../../history/evidence-of.ts";
import { innocentHistory } from "./innocent-history.ts";

/**
 * Judges one innocent history of as many requests as the first argument says, in this process alone, and prints the
 * seconds of each step and the peak memory as one line of JSON.
 */
const count = Number(process.argv[2]);
const history = innocentHistory(count);
const seconds: Record<string, number> = {};

function timed<T>(name: string, work: () => T): T {
  const startedMs = performance.now();
  const done = work();
  seconds[name] = (performance.now() - startedMs) / 1_000;
  return done;
}

const evidence = timed("evidence", () => evidenceOf(history));
const checkers = [
  withinBound(),
  noFalseDenials(),
  accuracy(),
  answersEverything(),
  latencyWithin({ addedMs: 50 }),
  loadQuality(),
];
const verdicts: Record<string, string> = {};
for (const checker of checkers) {
  verdicts[checker.name] = timed(checker.name, () => checker.check(evidence)).verdict;
}
const peakMb = process.resourceUsage().maxRSS / 1_024;
console.log(JSON.stringify({ count, seconds, verdicts, peakMb }));
