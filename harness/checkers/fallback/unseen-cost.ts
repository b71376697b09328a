import type { Claim } from "../../history/evidence.ts";
import { type Requests, sourceCode } from "../../history/requests.ts";
import { kindCode } from "../../history/traces.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { shareOf } from "../../promises/shares.ts";
import { capacityOf, type Limited } from "./degraded-promise.ts";
import type { FullOutage } from "./full-outage.ts";

/** What one subject may have been let in at the beginning of one outage beyond its promise, in cost. */
export interface Unseen {
  /** Sum of w Y: w a replica's share of one, Y what others had been let in after its last answer by Redis. */
  readonly staleness: number;
  /** What was let in while some replicas had left Redis and others had not. */
  readonly transition: number;
}

/**
 * The most that may have been unseen at the beginning of `outage`, whatever happened inside the measured intervals:
 * all that may have been decided after a replica's last answer counts as unknown to it, also what was lost, what it had
 * been let in itself in an earlier life, and what was let in alone before, unless Redis had certainly been told of it by then.
 */
export function unseenCost(
  claim: Claim,
  requests: Requests,
  group: number,
  promised: Limited,
  outage: FullOutage,
  outages: readonly FullOutage[],
): Unseen {
  const { traces, slackMs } = claim;
  const { fault, lifeMs, askedMs } = outage;
  const count = askedMs.length;
  const heardMs = lastHeard(claim, requests, group, outage);
  const weighsFromMs = fault.fromMs - promiseOf(promised).memoryMs - slackMs;
  const firstAskedMs = askedMs.reduce((least, atMs) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
  const capacity = capacityOf(promised);
  const weightOf = (replica: number): number => shareOf(capacity, replica, count) / capacity;
  let staleness = 0;
  let late = 0;
  let regained = 0;
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    if (traces.kind[i] === kindCode.denied) continue;
    const sent = traces.sentMs[i] ?? 0;
    const until = traces.untilMs[i] ?? 0;
    const cost = traces.cost[i] ?? 0;
    const own = requests.replica[traces.row[i] ?? 0] ?? 0;
    const alone = traces.source[i] === sourceCode.local;
    if (sent > fault.injectedMs || until < weighsFromMs || (alone && sent > fault.fromMs)) continue;
    const knownMs = alone ? toldBy(outages, own, sent) : until;
    for (let replica = 0; replica < count; replica++) {
      const remembers = replica === own && sent >= (lifeMs[replica] ?? Number.NEGATIVE_INFINITY);
      if (!remembers && knownMs >= (heardMs[replica] ?? 0)) staleness += weightOf(replica) * cost;
    }
    if (alone) continue;
    if (until >= firstAskedMs) late += cost;
    const leftMs = Math.max(askedMs[own] ?? 0, lifeMs[own] ?? 0) - promised.windowMs - slackMs;
    if (until > leftMs && sent <= fault.injectedMs - promised.windowMs + slackMs)
      regained += (1 - weightOf(own)) * cost;
  }
  return { staleness, transition: transitionOf(promised, outage, firstAskedMs, late + regained) };
}

/** When Redis had certainly been told of what `replica` let in alone at `sentMs` or later: at some return of its. */
function toldBy(outages: readonly FullOutage[], replica: number, sentMs: number): number {
  return outages.reduce(
    (least, { backMs, mergedMs }) =>
      sentMs <= (backMs[replica] ?? 0) ? Math.min(least, mergedMs[replica] ?? least) : least,
    Number.POSITIVE_INFINITY,
  );
}

/** By replica: when it had asked for its last answer by Redis about the subject; -Infinity if there was none. */
function lastHeard(
  { traces }: Claim,
  requests: Requests,
  group: number,
  { fault, lifeMs }: FullOutage,
): Float64Array {
  const heardMs = new Float64Array(lifeMs.length).fill(Number.NEGATIVE_INFINITY);
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    if (traces.source[i] !== sourceCode.redis || traces.kind[i] === kindCode.ambiguous) continue;
    const sent = traces.sentMs[i] ?? 0;
    const replica = requests.replica[traces.row[i] ?? 0] ?? 0;
    if (sent <= fault.injectedMs && sent >= (lifeMs[replica] ?? 0) && sent > (heardMs[replica] ?? 0))
      heardMs[replica] = sent;
  }
  return heardMs;
}

/** Buckets leak for a replica from when it left; fixed windows give nothing back before they end. */
function transitionOf(promised: Limited, { fault }: FullOutage, firstAskedMs: number, letIn: number): number {
  if (promised.kind === "fixed") return 0;
  if (promised.kind !== "rate") return letIn;
  return ((fault.injectedMs - firstAskedMs) * promised.limit) / promised.windowMs;
}
