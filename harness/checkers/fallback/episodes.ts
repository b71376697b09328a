import type { Claim } from "../../history/evidence.ts";
import { sourceCode } from "../../history/requests.ts";
import { kindCode } from "../../history/traces.ts";
import { termsOf } from "../../promises/promise.ts";
import type { Limited } from "./degraded-promise.ts";
import type { FullOutage } from "./full-outage.ts";

/** Outages whose errors may add up for one subject, and between which instants rows say something of them. */
export interface Episode {
  readonly chain: readonly FullOutage[];
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Cuts a chain of outages where Redis, told of everything, let the subject in once more before the next one began. At that
 * instant no more than the limit was in its window, whatever the outages before had added: only what the next ones add
 * can be in a window that ends later. Redis must have been told by all replicas, so one that was not seen to have had
 * the time cuts nothing. Only windows that slide are cut: a window of the clock may hold what Redis no longer looks at.
 */
export function episodesOf(claim: Claim, group: number, promised: Limited, whole: Episode): Episode[] {
  if (promised.kind !== "window") return [whole];
  const episodes: Episode[] = [];
  let { fromMs } = whole;
  let chain: FullOutage[] = [];
  for (const outage of whole.chain) {
    const cleanMs =
      chain.length === 0 ? null : letInByRedis(claim, group, knownMs(chain), outage.fault.fromMs);
    if (cleanMs !== null) {
      episodes.push({ chain, fromMs, untilMs: outage.fault.fromMs });
      fromMs = cleanMs - promised.windowMs + termsOf(claim).slackMs;
      chain = [];
    }
    chain.push(outage);
  }
  return [...episodes, { chain, fromMs, untilMs: whole.untilMs }];
}

/** From then on Redis knew of all that was let in during `chain`. */
function knownMs(chain: readonly FullOutage[]): number {
  return chain.reduce(
    (last, { mergedMs }) => mergedMs.reduce((most, atMs) => Math.max(most, atMs), last),
    Number.NEGATIVE_INFINITY,
  );
}

/** When the last answer had arrived by which Redis let the subject in somewhere in [fromMs, untilMs]; null without any. */
function letInByRedis({ traces }: Claim, group: number, fromMs: number, untilMs: number): number | null {
  let last: number | null = null;
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    if (traces.kind[i] !== kindCode.allowed || traces.source[i] !== sourceCode.redis) continue;
    const until = traces.untilMs[i] ?? 0;
    if ((traces.sentMs[i] ?? 0) >= fromMs && until <= untilMs) last = Math.max(last ?? until, until);
  }
  return last;
}
