import type { Evidence } from "../../history/evidence.ts";
import { sourceCode } from "../../history/requests.ts";
import { denierOf, type Undeclared } from "../../promises/decider.ts";
import { degradedSpans } from "../../promises/degraded.ts";
import { type DenialScratch, type Denials, denialScratch, denialsOf } from "../../promises/denials.ts";
import { explainedByFaults } from "../../promises/explained-by-faults.ts";
import { roomShares } from "../../promises/room-shares.ts";

/** What the denials of one history come to. */
export interface Tally {
  readonly judged: number;
  readonly wrong: number;
  /** Row of the wrongest denial. */
  readonly worstRow: number;
  readonly judgedIn: Float64Array;
  /** The smallest share by phase code: Infinity where nothing was judged. */
  readonly sharpestIn: Float64Array;
  /** Wrong denials by replicas that decided alone though no fault explains it, by phase code. */
  readonly aloneIn: Float64Array;
}

/** All denials of a history, and who can tell of each of them again. */
export interface JudgedDenials {
  readonly judges: readonly Denials[];
  readonly tally: Tally;
}

/**
 * Judges every denial that somebody may be blamed for. Answers near a fault that do not say who decided count as far as that
 * blames nobody who declares nothing.
 */
export function judgedDenials(evidence: Evidence): JudgedDenials {
  const scratch = denialScratch(evidence.claims);
  const judged = judgedAs(evidence, scratch, "counted");
  return judged.tally.wrong === 0 ? judged : judgedAs(evidence, scratch, "doubted");
}

function judgedAs(evidence: Evidence, scratch: DenialScratch, undeclared: Undeclared): JudgedDenials {
  const { history, claims } = evidence;
  const { replica: replicas, source: sources, sentMs: sents, receivedMs: receiveds } = history.requests;
  const longestMs = claims.reduce((most, { policy }) => Math.max(most, policy.windowMs), 0);
  const judges = claims.map((claim) => denialsOf(history, claim, scratch, undeclared));
  const decides = denierOf(history, longestMs, undeclared);
  const isDegraded = degradedSpans(history, longestMs, decides);
  const isExplained = explainedByFaults(history, Math.max(longestMs, holdsBackMs(history)));
  const isAlone = (replica: number, source: number, sentMs: number, untilMs: number): boolean =>
    source === sourceCode.local && decides(replica, source, sentMs, untilMs) === "local";
  const shares = roomShares(evidence, judges, (replica, source, sentMs, untilMs) =>
    isAlone(replica, source, sentMs, untilMs)
      ? !isExplained(replica, sentMs, untilMs)
      : !isDegraded(replica, sentMs, untilMs),
  );
  const tally = tallyOf(evidence, shares, (row) =>
    isAlone(replicas[row] ?? 0, sources[row] ?? 0, sents[row] ?? 0, receiveds[row] ?? 0),
  );
  return { judges, tally };
}

/** How long a replica declares to hold back to its share after its return, at most; 0 where that is not declared. */
function holdsBackMs({ promises }: Evidence["history"]): number {
  return promises.reduce((most, { withoutRedis }) => {
    const ms = withoutRedis?.kind === "local" ? withoutRedis.holdsBackMs : undefined;
    return Math.max(most, ms ?? 0);
  }, 0);
}

function tallyOf({ history }: Evidence, shares: Float64Array, isAlone: (row: number) => boolean): Tally {
  const aloneIn = new Float64Array(256);
  const judgedIn = new Float64Array(256);
  const sharpestIn = new Float64Array(256).fill(Number.POSITIVE_INFINITY);
  let judged = 0;
  let wrong = 0;
  let worstRow = -1;
  let worst = Number.POSITIVE_INFINITY;
  for (let row = 0; row < shares.length; row++) {
    const share = shares[row] ?? Number.NaN;
    // What could never be let in, or is promised nothing, is rightly denied whatever happened.
    if (Number.isNaN(share) || share === Number.POSITIVE_INFINITY) continue;
    const code = history.requests.phase[row] ?? 0;
    if (isAlone(row)) {
      if (share <= 0) aloneIn[code] = (aloneIn[code] ?? 0) + 1;
      continue;
    }
    judged++;
    judgedIn[code] = (judgedIn[code] ?? 0) + 1;
    if (share < (sharpestIn[code] ?? 0)) sharpestIn[code] = share;
    if (share <= 0) wrong++;
    if (share < worst) {
      worst = share;
      worstRow = row;
    }
  }
  return { judged, wrong, worstRow, judgedIn, sharpestIn, aloneIn };
}
