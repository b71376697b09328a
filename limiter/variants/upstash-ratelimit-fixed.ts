import { upstash } from "../peers/upstash.ts";
import type { Variant } from "./variant.ts";

/** The windows are of the gateway's clock, which need not be Redis's, so where they begin is left open. */
export const variant: Variant = upstash({
  about:
    "@upstash/ratelimit's fixed window, by the gateway's clock, over TCP to this Redis: denials count too",
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "fixed", limit, windowMs, phase: "unknown" },
    lower: { kind: "none" },
    clockResolutionMs: 1,
    stateHorizonMs: windowMs + 1,
    deniedConsumes: true,
  }),
  limiter: (factory, { limit, windowMs }) => factory.fixedWindow(limit, `${windowMs} ms`),
});
