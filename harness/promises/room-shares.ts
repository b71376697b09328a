import type { Evidence } from "../history/evidence.ts";
import { noPolicy } from "../history/requests.ts";
import type { Denials } from "./denials.ts";

/** Says whether a denial of `replica`, sent and answered so, is one to judge. */
export type JudgesDenial = (replica: number, source: number, sentMs: number, untilMs: number) => boolean;

/**
 * For each row of the history that was denied: the most by which it may have exceeded the limit, as a share of it, under
 * the policy that denied it or, if none is named, under the one where it exceeds most. NaN: not judged.
 */
export function roomShares(
  { history, claims }: Evidence,
  judges: readonly Denials[],
  judged: JudgesDenial,
): Float64Array {
  const { requests } = history;
  const shares = new Float64Array(requests.count).fill(Number.NaN);
  judges.forEach((denials, index) => {
    const traces = claims[index]?.traces;
    if (traces === undefined) return;
    // Where there is no limit to be a share of, only the sign counts.
    const capacity = Math.min(denials.kind.capacity, Number.MAX_VALUE);
    const onDenial = (at: number, excess: number): void => {
      const row = traces.row[at] ?? 0;
      const names = requests.policy[row] ?? noPolicy;
      if (names !== noPolicy && names !== index) return;
      const replica = requests.replica[row] ?? 0;
      if (!judged(replica, traces.source[at] ?? 0, traces.sentMs[at] ?? 0, traces.untilMs[at] ?? 0)) return;
      const share = excess / capacity;
      const known = shares[row] ?? Number.NaN;
      if (!(share <= known)) shares[row] = share;
    };
    for (let group = 0; group < traces.groups; group++) denials.judge(group, onDenial);
  });
  return shares;
}
