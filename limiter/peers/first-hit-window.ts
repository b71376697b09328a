import type { PromisesOf } from "../promised.ts";

/** A window begins at the first hit and lasts by Redis's clock; what is denied counts too, and prolongs nothing. */
export const firstHitWindow: PromisesOf = ({ limit, windowMs }) => {
  const promised = { kind: "fixed", limit, windowMs, phase: "first-hit" } as const;
  return {
    upper: promised,
    lower: promised,
    clockResolutionMs: 1,
    stateHorizonMs: windowMs + 1,
    deniedConsumes: true,
  };
};
