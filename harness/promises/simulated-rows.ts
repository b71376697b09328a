import type { Policy } from "../../limiter/policy.ts";
import type { Promised } from "../../limiter/promised.ts";
import type { Row } from "../history/evidence-from-rows.ts";
import { type Random, seededRandom } from "../load/random.ts";
import { type ExactLimiter, exactLimiter } from "./exact-limiter.ts";

/** What the simulated clients and the limiter behind them do. */
export interface Simulation {
  readonly promised: Promised;
  readonly seed: number;
  /** Requests in all, over all subjects. */
  readonly requests: number;
  readonly subjects?: number;
  /** Mean gap between two requests. */
  readonly gapMs: number;
  /** Share of the requests that come in tight groups. @default 0.3 */
  readonly burstShare?: number;
  /** Longest way there, and longest way back. @default 0.5 */
  readonly latencyMs?: number;
  /** Share of the requests that are never answered; half of these were never decided. @default 0 */
  readonly lostShare?: number;
  /** Highest cost of a request. @default 1 */
  readonly mostCost?: number;
  /** The limiter's clock minus the monotonic one. @default 0 */
  readonly offsetMs?: number;
  /** How fast the limiter's clock goes, compared with the monotonic one. @default 1 */
  readonly clockRate?: number;
  /** Instants lie on a grid of this many milliseconds, so that sums of them are exact. @default 1 / 64 */
  readonly gridMs?: number;
}

/** Test support: the limiter that keeps `promised` exactly, but with its limit multiplied by `factor`. */
export function exceeded(promised: Promised, factor: number): Promised {
  if (promised.kind === "sum" || promised.kind === "unlimited" || promised.kind === "none") return promised;
  const limit = Math.round(promised.limit * factor);
  if (promised.kind === "rate") return { ...promised, limit, burst: Math.round(promised.burst * factor) };
  return { ...promised, limit };
}

/** Test support: the policy whose limit and window are those of `promised`. */
export function policyOf(promised: Promised): Policy {
  if (promised.kind === "sum" || promised.kind === "unlimited" || promised.kind === "none")
    return { name: "simulated", limit: 1, windowMs: 1 };
  return { name: "simulated", limit: promised.limit, windowMs: promised.windowMs };
}

/**
 * Test support: rows as clients see them of a limiter that keeps `promised` to the letter. Every request is
 * decided at a hidden instant between its sending and its answer.
 */
export function simulatedRows(simulation: Simulation): Row[] {
  const { promised, seed, requests, subjects = 1, offsetMs = 0, lostShare = 0 } = simulation;
  const random = seededRandom(seed, "simulated-rows");
  const limiters = Array.from({ length: subjects }, () => exactLimiter(promised, offsetMs));
  const rows: Row[] = [];
  let atMs = 1_000;
  for (let i = 0; i < requests; i++) {
    atMs += gap(simulation, random);
    const at = Math.floor(random() * subjects);
    const limiter = limiters[at];
    if (limiter === undefined) continue;
    const lost = random() < lostShare;
    rows.push(rowOf(simulation, limiter, `s${at}`, atMs, lost, random));
  }
  return rows;
}

function rowOf(
  { latencyMs = 0.5, mostCost = 1, gridMs = 1 / 64, clockRate = 1 }: Simulation,
  limiter: ExactLimiter,
  subject: string,
  atMs: number,
  lost: boolean,
  random: Random,
): Row {
  const cost = 1 + Math.floor(random() * mostCost);
  const sentMs = atMs - onGrid(random() * latencyMs, gridMs);
  if (lost && random() < 0.5) return { subject, sentMs, cost };
  const itsMs = atMs * clockRate;
  const allowed = cost <= limiter.room(itsMs);
  if (allowed) limiter.consume(itsMs, cost);
  if (lost) return { subject, sentMs, cost };
  const receivedMs = atMs + onGrid(random() * latencyMs, gridMs);
  return { subject, sentMs, receivedMs, cost, outcome: allowed ? "allowed" : "denied" };
}

function gap({ gapMs, burstShare = 0.3, gridMs = 1 / 64 }: Simulation, random: Random): number {
  if (random() < burstShare) return onGrid(random() * gapMs * 0.05, gridMs);
  // Now and then the subject rests.
  return onGrid(gapMs * (random() < 0.02 ? 40 : 2) * random(), gridMs);
}

function onGrid(ms: number, gridMs: number): number {
  return Math.floor(ms / gridMs) * gridMs;
}
