import { Refusal } from "../refusal.ts";

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** The longest run that is accepted, in milliseconds. */
const longestMs = 24 * unitMs.h;

/** Milliseconds of `250ms`, `30s`, `1.5m` or `2h`. Throws a `Refusal` for anything else, for nothing and for more than a day. */
export function durationMs(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  const ms = match === null ? Number.NaN : Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  if (!(ms >= 1) || ms > longestMs) {
    throw new Refusal(`${option} takes a time from 1ms to 24h, like 500ms, 30s or 5m; "${text}" is none.`);
  }
  return ms;
}

/** A whole number in [least, most]. Throws a `Refusal` that names the option otherwise. */
export function wholeNumber(text: string, option: string, least: number, most: number): number {
  const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new Refusal(`${option} takes a whole number from ${least} to ${most}; "${text}" is none.`);
  }
  return value;
}
