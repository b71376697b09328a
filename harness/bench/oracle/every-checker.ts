import { accuracy } from "../../checkers/accuracy.ts";
import { answersEverything } from "../../checkers/answers-everything.ts";
import type { Checker } from "../../checkers/checker.ts";
import { decidesInTime } from "../../checkers/decides-in-time.ts";
import { fallbackAsDeclared } from "../../checkers/fallback-as-declared.ts";
import { faultsTookEffect } from "../../checkers/faults-took-effect.ts";
import { givesBack } from "../../checkers/gives-back.ts";
import { headersAreHonest } from "../../checkers/headers-are-honest.ts";
import { isolatesKeys } from "../../checkers/isolates-keys.ts";
import { keysExpire } from "../../checkers/keys-expire.ts";
import { latencyWithin } from "../../checkers/latency-within.ts";
import { loadQuality } from "../../checkers/load-quality.ts";
import { memoryFlat } from "../../checkers/memory-flat.ts";
import { metricsTellTheTruth } from "../../checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../../checkers/no-false-denials.ts";
import { obedientGetIn } from "../../checkers/obedient-get-in.ts";
import { recoversWithin } from "../../checkers/recovers-within.ts";
import { redisCost } from "../../checkers/redis-cost.ts";
import { withinBound } from "../../checkers/within-bound.ts";

/** Every checker that there is, in the order in which they judge. */
export function everyChecker(): Checker[] {
  return [
    withinBound(),
    noFalseDenials(),
    accuracy(),
    answersEverything(),
    latencyWithin({ addedMs: 50 }),
    loadQuality(),
    decidesInTime(),
    fallbackAsDeclared(),
    faultsTookEffect(),
    givesBack(),
    headersAreHonest(),
    isolatesKeys({ calmPrefix: "", pairs: [{ spread: "bench", beside: "bench" }] }),
    keysExpire(),
    memoryFlat(),
    metricsTellTheTruth(),
    obedientGetIn(),
    recoversWithin(),
    redisCost(),
  ];
}
