import { performance } from "node:perf_hooks";
import { evidenceOf } from "../../history/evidence-of.ts";
import { everyChecker } from "./every-checker.ts";
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
const verdicts: Record<string, string> = {};
for (const checker of everyChecker()) {
  const { verdict, summary } = timed(checker.name, () => checker.check(evidence));
  verdicts[checker.name] = verdict;
  if (verdict === "fail") throw new Error(`${checker.name} convicts the innocent history: ${summary}`);
}
const peakMb = process.resourceUsage().maxRSS / 1_024;
console.log(JSON.stringify({ count, seconds, verdicts, peakMb }));
