import type { Promised } from "../../limiter/promised.ts";
import { fixedPromise } from "./fixed.ts";
import { nonePromise } from "./none.ts";
import type { PromiseKind } from "./promise.ts";
import { ratePromise } from "./rate.ts";
import { sumPromise } from "./sum.ts";
import { twoCountersPromise } from "./two-counters.ts";
import { unlimitedPromise } from "./unlimited.ts";
import { windowPromise } from "./window.ts";

type Kinds = {
  readonly [Kind in Promised["kind"]]: (promised: Extract<Promised, { kind: Kind }>) => PromiseKind;
};

const kinds: Kinds = {
  window: windowPromise,
  rate: ratePromise,
  "two-counters": twoCountersPromise,
  fixed: fixedPromise,
  sum: (promised) => sumPromise(promised, promiseOf),
  unlimited: unlimitedPromise,
  none: nonePromise,
};

/** Who answers for `promised`. */
export function promiseOf(promised: Promised): PromiseKind {
  const kind = kinds[promised.kind] as (promised: Promised) => PromiseKind;
  return kind(promised);
}
