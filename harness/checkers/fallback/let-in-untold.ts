import type { Claim } from "../../history/evidence.ts";
import { type Requests, sourceCode } from "../../history/requests.ts";
import { kindCode } from "../../history/traces.ts";
import type { FullOutage } from "./full-outage.ts";

/**
 * Whether Redis may have let the subject in for a replica that had not noticed `outage`, after the heal and before the
 * others had told Redis of all: such a replica asks Redis as ever, and Redis does not know yet what it asks about.
 */
export function letInUntold(
  { traces }: Claim,
  requests: Requests,
  group: number,
  { fault, mergedMs, unnoticed }: FullOutage,
): boolean {
  if (unnoticed.length === 0) return false;
  const toldMs = unnoticed.map((replica) => othersToldMs(mergedMs, replica));
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    if (traces.kind[i] !== kindCode.allowed || traces.source[i] === sourceCode.local) continue;
    const place = unnoticed.indexOf(requests.replica[traces.row[i] ?? 0] ?? 0);
    if (place < 0 || (traces.untilMs[i] ?? 0) < fault.healingMs) continue;
    if ((traces.sentMs[i] ?? 0) <= (toldMs[place] ?? 0)) return true;
  }
  return false;
}

function othersToldMs(mergedMs: Float64Array, replica: number): number {
  return mergedMs.reduce(
    (last, atMs, other) => (other === replica ? last : Math.max(last, atMs)),
    Number.NEGATIVE_INFINITY,
  );
}
