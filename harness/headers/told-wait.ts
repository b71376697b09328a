/** How long an answer asks to wait, in milliseconds from the answer on, and how exact that can be. */
export interface ToldWait {
  readonly kind: "seconds" | "date";
  /** Negative for a date that had passed. */
  readonly waitMs: number;
  /** The truth may be so much sooner: who told it may have rounded up. */
  readonly soonerMs: number;
  /** And so much later: who told it may have rounded down. */
  readonly laterMs: number;
}

/** What an answer said that tells when to come back. */
export interface ToldBy {
  readonly fields: { readonly "retry-after"?: string; readonly date?: string };
  /** What our clock said as it had been read, in milliseconds since 1970, if it is the limiter's own. */
  readonly ourClockMs?: number;
}

/** Reads `Retry-After` and the date that it is held against; `null` where there is none, or what no clock can tell. */
export function toldWait({ fields, ourClockMs }: ToldBy): ToldWait | null {
  const text = fields["retry-after"];
  if (text === undefined) return null;
  const read = readRetryAfter(text, readDate(fields.date ?? "") ?? ourClockMs ?? null);
  return "wait" in read ? read.wait : null;
}

/** Whole seconds are rounded up: the truth is less than this sooner. */
const secondMs = 1_000;

/**
 * A date names a second, and so does the `Date` of the answer that it is held against; either may be rounded, to whichever
 * side, and the difference of two is off by less than two seconds.
 */
const dateMs = 2_000;

/**
 * The wait that `Retry-After` asks for in an answer that was given at `answeredMs` since 1970, by the clock of its date;
 * `null` for a date where that is not known. A mistake for whatever else RFC 9110, section 10.2.3, does not know.
 */
export function readRetryAfter(
  text: string,
  answeredMs: number | null,
): { readonly wait: ToldWait | null } | { readonly mistake: string } {
  if (/^\d+$/.test(text))
    return { wait: { kind: "seconds", waitMs: 1_000 * Number(text), soonerMs: secondMs, laterMs: 0 } };
  const atMs = readDate(text);
  if (atMs === null) return { mistake: `${JSON.stringify(text)} is neither whole seconds nor a date` };
  if (answeredMs === null) return { wait: null };
  return { wait: { kind: "date", waitMs: atMs - answeredMs, soonerMs: dateMs, laterMs: dateMs } };
}

/** Milliseconds since 1970 of a date as RFC 9110, section 5.6.7, has it written; `null` for anything else. */
function readDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs;
}
