import type { Variant } from "./variant.ts";

/** The control of every measurement: what the HTTP path costs by itself. */
export const variant: Variant = {
  about: "No limiter: everything is allowed, and Redis is not asked.",
  promises: () => ({
    upper: { kind: "unlimited" },
    lower: { kind: "unlimited" },
    clockResolutionMs: 0,
    stateHorizonMs: 0,
    deniedConsumes: false,
  }),
  protect: async () => ({
    listener: (_request, response) => {
      response.end("ok");
    },
    close: async () => {},
  }),
};
