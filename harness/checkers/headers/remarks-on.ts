import type { Visit } from "../../history/history.ts";
import { counted } from "../../promises/wording.ts";

/** Sentences on what answers say that breaks no rule and is worth knowing. */
export function remarksOn(visits: readonly Visit[]): string[] {
  return [retryAfterOnEntry(visits)].flat();
}

/** RFC 9110 does not say what a wait means there, and forbids it nowhere: who is let in need not come back. */
function retryAfterOnEntry(visits: readonly Visit[]): string[] {
  const told = visits.filter(
    ({ outcome, fields }) => outcome === "allowed" && fields["retry-after"] !== undefined,
  );
  const example = told[0]?.fields["retry-after"];
  if (example === undefined) return [];
  return [
    `${counted(told.length)} answers that let in have Retry-After, like ${JSON.stringify(example)}: nothing is concluded from it`,
  ];
}
