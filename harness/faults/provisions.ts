import type { Fault, FaultNeed } from "./fault.ts";

/** What has to be started in another way than usual, so that faults can act on it. */
export interface Provisions {
  /** Redis runs under libfaketime. */
  readonly redisClock: boolean;
  /** What gateways are started with; `null` for nothing. */
  readonly steering: "node" | "faketime" | null;
}

/** What the faults of a run have to be provided with. Preloaded modules win where both are asked for. */
export function provisionsFor(faults: readonly Pick<Fault, "needs">[]): Provisions {
  const asks = (...wanted: readonly FaultNeed[]) =>
    faults.some(({ needs }) => wanted.every((need) => needs.includes(need)));
  const byFaketime = asks("own-gateways", "faketime") ? "faketime" : null;
  return {
    redisClock: asks("own-redis", "faketime"),
    steering: asks("node-gateways") ? "node" : byFaketime,
  };
}
