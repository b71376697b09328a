import type { Promised } from "../../../limiter/promised.ts";
import type { Requests } from "../../history/requests.ts";
import type { Losses } from "../../promises/eras.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { degradedPromise, type Limited } from "./degraded-promise.ts";
import { type Episode, episodesOf } from "./episodes.ts";
import type { FullOutage } from "./full-outage.ts";
import type { LocalClaim } from "./judge-alone.ts";
import { letInUntold } from "./let-in-untold.ts";
import type { LocalRows } from "./local-rows.ts";
import { type Unseen, unseenCost } from "./unseen-cost.ts";

/** What all replicas together may let in of one subject: rows that lie within [fromMs, untilMs]. */
export interface Bound {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly promised: Promised;
  readonly staleness: number;
}

/** What `boundsOf` works from. */
export interface BoundsQuestion {
  readonly local: LocalClaim;
  readonly requests: Requests;
  readonly group: number;
  readonly rows: LocalRows;
  readonly outages: readonly FullOutage[];
  readonly losses: Losses;
  readonly count: number;
}

/**
 * One bound holds for all rows: the promise, and a share more for each replica that let in any on its own. Where all
 * replicas were without Redis, what they did not know of each other bounds them more sharply, before and after the heal;
 * replicas that came back too late have a share more again.
 *
 * Why, once all are back. Whoever is back holds back to its share until the others must have told Redis. From then on
 * Redis lets in only what fits the limit together with all that it was told of: what was let in alone and is still
 * unknown to it comes from late replicas, each of which keeps to its share in any window. A replica that did not notice
 * holds back nothing: where Redis let the subject in for it before all was told, there is no sharper bound after the heal.
 */
export function boundsOf(question: BoundsQuestion): Bound[] {
  const { local, outages, rows, count } = question;
  const { promised } = local;
  const { share } = local.declared;
  const always = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
  const each = {
    alone: [...rows.alone.values()],
    freshLimits: question.losses.fromMs.length,
    staleness: 0,
    transition: 0,
  };
  const shared = { ...always, promised: degradedPromise(promised, count, share, each), staleness: 0 };
  const chains = chained(outages, promiseOf(promised).memoryMs);
  const sharp = chains.flatMap((chain, index) => {
    const fromMs = endOf(chains[index - 1], promised);
    const untilMs = chains[index + 1]?.[0]?.fault.fromMs ?? Number.POSITIVE_INFINITY;
    return episodesOf(local.claim, question.group, promised, { chain, fromMs, untilMs }).flatMap((episode) =>
      sharpBounds(question, episode),
    );
  });
  return [shared, ...sharp];
}

function sharpBounds(question: BoundsQuestion, { chain, fromMs, untilMs }: Episode): Bound[] {
  const { local, requests, group, outages, count } = question;
  const { claim, promised } = local;
  const alone = aloneOutside(question, outages);
  const [first] = chain;
  if (first === undefined) return [];
  const bound = (
    unseen: readonly Unseen[],
    overMs: number,
    fresh: number,
    also: readonly number[],
  ): Bound => {
    const staleness = unseen.reduce((sum, one) => sum + one.staleness, 0);
    const transition = unseen.reduce((sum, one) => sum + one.transition, 0);
    const allowance = {
      alone: [...alone, ...new Set(also.filter((replica) => !alone.includes(replica)))],
      freshLimits: fresh,
      staleness,
      transition,
    };
    return {
      fromMs,
      untilMs: overMs,
      promised: degradedPromise(promised, count, local.declared.share, allowance),
      staleness,
    };
  };
  const unseen = chain.map((outage) => unseenCost(claim, requests, group, promised, outage, outages));
  const late = chain.flatMap((outage) => outage.late);
  // What is lost while nobody can reach Redis is granted to nobody before the heal.
  const before = lossesIn(question, fromMs, first.fault.fromMs);
  return [
    bound(unseen.slice(0, 1), first.fault.healingMs, before, []),
    ...(chain.some((outage) => letInUntold(claim, requests, group, outage))
      ? []
      : [bound(unseen, untilMs, lossesIn(question, fromMs, untilMs), late)]),
  ];
}

/** Replicas that let in requests of the subject on their own though no outage of all explains it, once for each life. */
function aloneOutside(
  { local, requests, group, rows }: BoundsQuestion,
  outages: readonly FullOutage[],
): number[] {
  const { starts, sentMs, untilMs, row } = local.claim.traces;
  const from = starts[group] ?? 0;
  const alone = new Map<number, number>();
  for (let at = 0; at < rows.life.length; at++) {
    const life = rows.life[at] ?? -1;
    if (life === -1 || rows.letIn[at] !== 1) continue;
    const replica = requests.replica[row[from + at] ?? 0] ?? 0;
    const sent = sentMs[from + at] ?? 0;
    const until = untilMs[from + at] ?? 0;
    const explained = outages.some(
      ({ fault, backMs }) => until >= fault.fromMs && sent <= (backMs[replica] ?? 0),
    );
    if (!explained) alone.set(life, replica);
  }
  return [...alone.values()];
}

/** How many losses of state began before `untilMs` and were not over by `fromMs`. */
function lossesIn({ losses }: BoundsQuestion, fromMs: number, untilMs: number): number {
  const { fromMs: beganMs, untilMs: overMs } = losses;
  return beganMs.filter((atMs, index) => atMs < untilMs && (overMs[index] ?? 0) >= fromMs).length;
}

/** Outages of which one begins before the one before it has ceased to matter stand together. */
function chained(outages: readonly FullOutage[], memoryMs: number): FullOutage[][] {
  const chains: FullOutage[][] = [];
  for (const outage of outages) {
    const last = chains.at(-1);
    const endMs = Math.max(...(last ?? []).map((one) => one.endMs));
    if (last !== undefined && outage.fault.fromMs <= endMs + 2 * memoryMs) last.push(outage);
    else chains.push([outage]);
  }
  return chains;
}

/** From then on no row can be one that `chain` has to do with. */
function endOf(chain: readonly FullOutage[] | undefined, promised: Limited): number {
  if (chain === undefined) return Number.NEGATIVE_INFINITY;
  return Math.max(...chain.map(({ endMs }) => endMs)) + promiseOf(promised).memoryMs;
}
