import type { Policy } from "../../limiter/policy.ts";
import type { Promised, Promises, PromisesOf } from "../../limiter/promised.ts";

/** What a limiter of the user's is said to promise. */
export interface Declaration {
  readonly promise: PromiseName;
  /** What it does without Redis; `null` if nothing is said. */
  readonly fallback: FallbackName | null;
  /** The clock that decides may be one that nobody reads: of another machine. */
  readonly clockIsUnread: boolean;
  /** So many replicas, each of which keeps the promise for what it meets. @default 1: all of them together keep it */
  readonly independent?: number;
  /** Its time goes in steps of so many milliseconds: whole seconds, tenths of a window, a refill. @default 1 */
  readonly resolutionMs?: number;
  /** What it turns away it counts like what it lets in. @default false */
  readonly deniedConsumes?: boolean;
  /** It is back on Redis so soon after a heal, in milliseconds. @default nothing is said, so nothing is judged */
  readonly returnsWithinMs?: number;
  /** Deciding adds so much to an answer at most, in milliseconds, at the 99th percentile. @default nothing is said */
  readonly addsAtMostMs?: number;
}

/** What a limiter may be said to do without Redis. */
export type FallbackName = "local" | "open" | "closed";

/** Names that `--promise` knows. */
export type PromiseName = (typeof promiseNames)[number];

/** All of them, the default first. */
export const promiseNames = [
  "sliding-window",
  "fixed-window",
  "clock-window",
  "first-hit-window",
  "sliding-counter",
  "gcra",
  "token-bucket",
  "none",
] as const;

/** All names that `--fallback` knows. */
export const fallbackNames: readonly FallbackName[] = ["local", "open", "closed"];

/** Whether it can be judged only where the limiter's clock is read. */
export function needsClock(promise: PromiseName): boolean {
  return promise === "clock-window";
}

/** Whether `burst` is a part of what such a limiter promises. */
export function hasBurst(promise: PromiseName): boolean {
  return promise === "gcra" || promise === "token-bucket";
}

/**
 * The promises of a limiter by the name of its kind, which says nothing of how long a key may live. Its clock counts whole
 * milliseconds, or the longer steps that are declared; one that nobody reads may besides be off by 1 ms and drift by 500 ppm.
 */
export function declaredPromises({
  promise,
  fallback,
  clockIsUnread,
  independent = 1,
  resolutionMs = 1,
  deniedConsumes = false,
  returnsWithinMs,
  addsAtMostMs,
}: Declaration): PromisesOf {
  return (policy) => ({
    ...curvesOf(kinds[promise](policy)),
    ...(independent > 1 && { isPerReplica: true }),
    clockResolutionMs: Math.max(1, resolutionMs) + (clockIsUnread ? 1 + 0.000_5 * policy.windowMs : 0),
    deniedConsumes,
    addsAtMostMs: addsAtMostMs ?? null,
    ...(fallback === null ? {} : { withoutRedis: withoutRedis(fallback, policy.windowMs, returnsWithinMs) }),
  });
}

/** What a kind promises of its decisions: how long a key lives, and by which clock, is up to whoever wrote the limiter. */
function curvesOf({ stateHorizonMs: _, outlastsStepBackMs: __, ...curves }: Promises): Promises {
  return curves;
}

/** What a decision without Redis may take, in milliseconds: no return can be declared sooner. */
export const deadlineMs = 50;

/**
 * Who comes back may hold back for two windows, and no longer: a share that is never granted is no fallback. A return takes
 * two looks for Redis and a deadline at most.
 */
function withoutRedis(
  fallback: FallbackName,
  windowMs: number,
  returnsWithinMs: number | undefined,
): NonNullable<Promises["withoutRedis"]> {
  const times =
    returnsWithinMs === undefined
      ? { deadlineMs, probeIntervalMs: 375, isReturnUndeclared: true }
      : { deadlineMs, probeIntervalMs: (returnsWithinMs - deadlineMs) / 2 };
  if (fallback !== "local") return { kind: fallback, ...times };
  return { kind: fallback, share: "equal", writesBack: false, holdsBackMs: 2 * windowMs, ...times };
}

const kinds: Readonly<Record<PromiseName, PromisesOf>> = {
  // Nobody knows where it stamps: neither of this one, nor of a counter or a bucket.
  "sliding-window": ({ limit, windowMs }) => both({ kind: "window", limit, windowMs, stampedBefore: true }),
  // Where they begin is up to whoever wrote it, as those of a counter do: with the clock, with the process, or for each key elsewhere.
  "fixed-window": ({ limit, windowMs }) => both({ kind: "fixed", limit, windowMs, phase: "unknown" }),
  // At multiples of their length, of the gateway's or Redis's time: a clock that is off by less than the resolution is excused.
  "clock-window": ({ limit, windowMs }) => both({ kind: "fixed", limit, windowMs, phase: "epoch" }),
  "first-hit-window": ({ limit, windowMs }) => both({ kind: "fixed", limit, windowMs, phase: "first-hit" }),
  "sliding-counter": ({ limit, windowMs }) => counter({ limit, windowMs }),
  gcra: (policy) => bucket(policy),
  "token-bucket": (policy) => bucket(policy),
  none: () => both({ kind: "none" }),
};

/**
 * Whoever rounds the weighted previous count down, or asks whether the sum is *below* the limit before it adds one, lets in one
 * more than the exact sum allows, and never denies what that would let in: so the lower promise stays.
 */
function counter(counts: { readonly limit: number; readonly windowMs: number }): Promises {
  const lower = { kind: "two-counters", ...counts, phase: "unknown", stampedBefore: true } as const;
  return { ...both(lower), upper: { ...lower, floorsPrevious: true } };
}

function bucket({ limit, windowMs, burst = limit }: Policy): Promises {
  return both({ kind: "rate", burst, limit, windowMs, stampedBefore: true });
}

function both(promised: Promised): Promises {
  return {
    upper: promised,
    lower: promised,
    clockResolutionMs: 0,
    deniedConsumes: false,
  };
}
