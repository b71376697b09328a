import type { Visit } from "../../history/history.ts";
import { counted } from "../../promises/wording.ts";
import { isWhole } from "./told-quotas.ts";

/** Sentences on what answers say that breaks no rule and is worth knowing. */
export function remarksOn(visits: readonly Visit[]): string[] {
  return [retryAfterOnEntry(visits), unreadRemaining(visits)].flat();
}

function unreadRemaining(visits: readonly Visit[]): string[] {
  const texts = visits.flatMap(({ fields: { "x-ratelimit-remaining": text } }) =>
    text === undefined || isWhole(text) ? [] : [text],
  );
  if (texts[0] === undefined) return [];
  return [
    `${counted(texts.length)} answers have X-RateLimit-Remaining that is no whole number, like ${JSON.stringify(texts[0])}: it is not judged`,
  ];
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
