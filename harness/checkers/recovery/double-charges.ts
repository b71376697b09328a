import type { Evidence } from "../../history/evidence.ts";
import { sourceCode } from "../../history/requests.ts";
import { denialScratch, denialsOf } from "../../promises/denials.ts";
import { roomShares } from "../../promises/room-shares.ts";
import type { Witness } from "../../verdict/finding.ts";
import { denialWitness } from "../denials/denial-witness.ts";

/** Denials by Redis after a heal. */
export interface DoubleCharges {
  readonly judged: number;
  /** Certainly wrong although all that was let in meanwhile is counted once. */
  readonly wrong: number;
  /** The wrongest, and all that may have counted against it; `null` without any. */
  readonly witness: Witness | null;
  /** The share of the limit that may be missing unseen. */
  readonly blindShare: number;
}

/**
 * Judges what Redis denied since the first heal: all that was let in counts, by whomever, once, and all that Redis may
 * have been asked in vain. What a replica denies by itself while it recovers is its own and not judged.
 */
export function doubleCharges(evidence: Evidence): DoubleCharges {
  const { history, claims } = evidence;
  const firstMs = history.faults.reduce(
    (least, { healingMs }) => Math.min(least, healingMs),
    Number.POSITIVE_INFINITY,
  );
  const scratch = denialScratch(claims);
  const judges = claims.map((claim) => denialsOf(history, claim, scratch));
  const shares = roomShares(
    evidence,
    judges,
    (_, source, sentMs) => source === sourceCode.redis && sentMs >= firstMs,
  );
  let [judged, wrong, worstRow, least] = [0, 0, -1, 1];
  for (let row = 0; row < shares.length; row++) {
    const share = shares[row] ?? Number.NaN;
    if (Number.isNaN(share) || share === Number.POSITIVE_INFINITY) continue;
    judged++;
    if (share <= 0) wrong++;
    if (share >= least) continue;
    least = share;
    worstRow = row;
  }
  const witness = wrong === 0 ? null : denialWitness(evidence, judges, worstRow);
  return { judged, wrong, witness, blindShare: Math.max(0, least) };
}
