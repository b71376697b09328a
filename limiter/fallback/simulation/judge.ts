import { shareOf } from "../shares.ts";
import { type Incident, WINDOW_US } from "./incident.ts";
import type { Outcome } from "./run-incident.ts";

/** The promise that an outcome is judged by. */
export type Promised = "window" | "counter" | "fixed" | "bucket";

export interface Judgement {
  /** The most by which any key exceeded its bound; not above 0 if the bound held. */
  readonly worstExcess: number;
  /** Where that was. */
  readonly worst: { readonly key: number; readonly atUs: number };
  /** The most that was admitted of any key, as a ratio of its limit. */
  readonly worstRatio: number;
  /** The same for keys that every replica had just served before every full cut. */
  readonly worstServedRatio: number;
}

/**
 * Compares what was admitted with the bound: max(L, N) for windows, where `minimumShare` is 1 and L < N; plus w Y of
 * each full cut, from its beginning until a window after everyone has forgotten it; plus w L (`alone`: L) of every replica
 * that was ever cut while others were not. Where Redis has lost its data there is one fresh limit more, until every
 * replica has written back what it knew; from then on nothing counts but the promise. A bucket that is never empty keeps
 * that limit as its debt.
 */
export function judge(
  story: Incident,
  outcome: Outcome,
  promise: Promised,
  alone: "share" | "limit" = "share",
): Judgement {
  let [worstExcess, worstRatio, worstServedRatio] = [Number.NEGATIVE_INFINITY, 0, 0];
  let worst = { key: 0, atUs: 0 };
  for (let key = 0; key < story.keys; key++) {
    const loads = promise === "bucket" ? debts(story, outcome, key) : windows(story, outcome, key, promise);
    const served = outcome.served.length > 0 && outcome.served.every((keys) => keys[key] === true);
    for (const { atUs, load } of loads) {
      const bound = boundAt(story, outcome, { key, atUs, promise, alone });
      if (load - bound > worstExcess) [worstExcess, worst] = [load - bound, { key, atUs }];
      const ratio = load / (promise === "bucket" ? story.burst : story.limit);
      worstRatio = Math.max(worstRatio, ratio);
      if (served) worstServedRatio = Math.max(worstServedRatio, ratio);
    }
  }
  return { worstExcess, worst, worstRatio, worstServedRatio };
}

interface Judged {
  readonly key: number;
  readonly atUs: number;
  readonly promise: Promised;
  readonly alone: "share" | "limit";
}

function boundAt(story: Incident, outcome: Outcome, { key, atUs, promise, alone }: Judged): number {
  const promised = base(story, promise, alone);
  if (atUs > outcome.restoredUs && promise !== "bucket") return promised;
  const { wipedUs = Number.POSITIVE_INFINITY } = story;
  return promised + (atUs < wipedUs ? 0 : promised) + unseenAt(story, outcome, key, atUs, promise);
}

/** This promise without anything unseen. */
function base(story: Incident, promise: Promised, each: "share" | "limit"): number {
  const total = promise === "bucket" ? story.burst : story.limit;
  const cut = [...aloneOf(story)].map((i) => (each === "limit" ? total : shareIn(story, total, i)));
  const alone = cut.reduce((sum, more) => sum + more, 0);
  const all = Array.from({ length: story.replicas }, (_, i) => shareIn(story, total, i)).reduce(
    (a, b) => a + b,
  );
  return (promise === "counter" ? total : 0) + Math.max(total, all) + alone;
}

/** Replicas that were ever cut while others were not. */
function aloneOf({ cuts, replicas }: Incident): Set<number> {
  return new Set(cuts.filter((cut) => cut.replicas.size < replicas).flatMap((cut) => [...cut.replicas]));
}

function shareIn({ replicas, minimumShare }: Incident, total: number, replicaIndex: number): number {
  return shareOf(total, { replicaIndex, replicaCount: replicas, minimumShare });
}

function unseenAt(story: Incident, outcome: Outcome, key: number, atUs: number, promise: Promised): number {
  const total = promise === "bucket" ? story.burst : story.limit;
  let sum = 0;
  for (const { fromUs, endedUs, unseen } of outcome.losses) {
    if (atUs < fromUs || (promise !== "bucket" && atUs > endedUs + WINDOW_US)) continue;
    (unseen[key] ?? []).forEach((cost, i) => {
      sum += (shareIn(story, total, i) / total) * cost;
    });
  }
  return sum;
}

interface Load {
  readonly atUs: number;
  readonly load: number;
}

/** Cost in (t - W, t], or in the window of the epoch, at every admission. */
function windows(story: Incident, { admissions }: Outcome, key: number, promise: Promised): Load[] {
  const own = admissions.filter((a) => a.key === key && a.source !== "phantom" && a.atUs < story.untilUs);
  const loads: Load[] = [];
  let [from, load] = [0, 0];
  for (const { atUs, cost } of own) {
    const sinceUs = promise === "fixed" ? Math.floor(atUs / WINDOW_US) * WINDOW_US - 1 : atUs - WINDOW_US;
    load += cost;
    for (let old = own[from]; old !== undefined && old.atUs <= sinceUs; old = own[++from]) load -= old.cost;
    loads.push({ atUs, load });
  }
  return loads;
}

/** Debt of a bucket that leaks as fast as was promised, with the replicas that were cut alone on top. */
function debts(story: Incident, { admissions }: Outcome, key: number): Load[] {
  const { limit, replicas } = story;
  const shares = Array.from({ length: replicas }, (_, i) => shareIn(story, limit, i));
  const all = shares.reduce((a, b) => a + b);
  const rate = Math.max(limit, all) + [...aloneOf(story)].reduce((sum, i) => sum + (shares[i] ?? 0), 0);
  const loads: Load[] = [];
  let [debt, stampUs] = [0, 0];
  for (const { key: of, source, atUs, cost } of admissions) {
    if (of !== key || source === "phantom") continue;
    debt = Math.max(0, debt - ((atUs - stampUs) * rate) / WINDOW_US) + cost;
    stampUs = atUs;
    loads.push({ atUs, load: debt });
  }
  return loads;
}
