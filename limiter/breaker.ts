/** `closed`: Redis is asked. `open`: it is not. `half-open`: one probe asks it, and nobody else. */
export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerOptions {
  /** Failures in a row that open it. @default 5 */
  readonly failuresToOpen?: number;
  /** Time from one probe to the next: at least this long, and up to half as long again. @default 250 */
  readonly probeEveryMs?: number;
  /** Gives numbers from 0 to below 1: replicas that lost Redis together must not come back together. */
  readonly random: () => number;
}

/**
 * Stops asking a Redis that does not answer. Pure: `nowMs` is any clock that never goes back.
 * Only a probe's success closes it again.
 */
export interface Breaker {
  readonly state: BreakerState;
  /** When the next probe may go, while open. */
  readonly probeAtMs: number;
  /** A call that was made while closed, or the probe, was answered. */
  readonly succeeded: () => void;
  /** It was not answered in time, or by an error that other calls would get too. */
  readonly failed: (nowMs: number) => void;
  /** Redis may be asked once: now half-open. False if it is not yet time, or not needed. */
  readonly probes: (nowMs: number) => boolean;
  /** There is a new connection: the next probe may go at once. */
  readonly reconnected: (nowMs: number) => void;
}

const PROBE_EVERY_MS = 250;

/** By default no two probes are further apart. */
export const LONGEST_PROBE_MS: number = 1.5 * PROBE_EVERY_MS;

/** A closed breaker. */
export function breaker({
  failuresToOpen = 5,
  probeEveryMs = PROBE_EVERY_MS,
  random,
}: BreakerOptions): Breaker {
  let state: BreakerState = "closed";
  let failures = 0;
  let probeAtMs = 0;
  return {
    get state() {
      return state;
    },
    get probeAtMs() {
      return probeAtMs;
    },
    succeeded() {
      // Late answers of calls made before it opened do not close it.
      if (state === "open") return;
      failures = 0;
      state = "closed";
    },
    failed(nowMs) {
      if (state === "open") return;
      failures++;
      if (state === "closed" && failures < failuresToOpen) return;
      state = "open";
      probeAtMs = nowMs + probeEveryMs * (1 + random() / 2);
    },
    probes(nowMs) {
      if (state !== "open" || nowMs < probeAtMs) return false;
      state = "half-open";
      return true;
    },
    reconnected(nowMs) {
      probeAtMs = Math.min(probeAtMs, nowMs);
    },
  };
}
