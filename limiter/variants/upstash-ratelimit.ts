import { upstash } from "../peers/upstash.ts";
import type { Variant } from "./variant.ts";

/** Its weighted count of the window before is rounded down, and the windows are of the gateway's clock, in milliseconds. */
export const variant: Variant = upstash({
  about:
    "@upstash/ratelimit's sliding window of two counters, its windows by the gateway's clock, over TCP to this Redis",
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "two-counters", limit, windowMs, floorsPrevious: true, stampedBefore: true },
    lower: { kind: "none" },
    clockResolutionMs: 1,
    stateHorizonMs: 2 * windowMs + 1_000,
    deniedConsumes: false,
  }),
  limiter: (factory, { limit, windowMs }) => factory.slidingWindow(limit, `${windowMs} ms`),
});
