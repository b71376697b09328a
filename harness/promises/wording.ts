/** 1412 as "1,412"; what is not whole with three digits at most. */
export function counted(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

/** "1 request was", "1,412 requests were". */
export function requestsWere(value: number): string {
  return value === 1 ? "1 request was" : `${counted(value)} requests were`;
}

/** 1980 as "1.98 s", 12.3 as "12.3 ms". */
export function duration(ms: number): string {
  return ms >= 1_000 ? `${significant(ms / 1_000)} s` : `${significant(ms)} ms`;
}

/** 0.0312 as "3.12 %". */
export function percent(share: number): string {
  return `${significant(100 * share)} %`;
}

function significant(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

/** A subject as a sentence names it: of a long one the beginning, and how long it is. */
export function called(subject: string): string {
  if (subject.length <= 80) return subject;
  return `${subject.slice(0, 60).toWellFormed()}\u2026 (${counted(subject.length)} characters)`;
}
