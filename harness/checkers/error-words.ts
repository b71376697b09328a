import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import { counted } from "../promises/wording.ts";

/** Kinds of errors that are named. */
const most = 3;

/** What the errors among the requests of `phases` (indices) were, but for those that are `excused`, the most frequent first; empty if there are none. */
export function errorWords(
  { requests }: Pick<History, "requests">,
  phases: readonly number[],
  excused: (row: number) => boolean,
): string {
  const asked = new Uint8Array(256);
  for (const phase of phases) asked[phase] = 1;
  const counts = new Map<string, number>();
  for (let row = 0; row < requests.count; row++) {
    if (asked[requests.phase[row] ?? 0] !== 1 || excused(row)) continue;
    const what = wordOf(requests.outcome[row] ?? 0, requests.status[row] ?? 0);
    if (what !== null) counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, most)
    .map(([what, count]) => `${what}: ${counted(count)}`)
    .join(", ");
}

function wordOf(outcome: number, status: number): string | null {
  if (outcome === outcomeCode.refused) return "no connection";
  if (outcome !== outcomeCode.error) return null;
  return status === 0 ? "no HTTP" : `status ${status}`;
}
