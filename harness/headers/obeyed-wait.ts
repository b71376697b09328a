import { type ToldBy, toldWait } from "./told-wait.ts";

/** How long a client waits that does as it is told, in milliseconds. */
export interface ObeyedWait {
  readonly waitMs: number;
  /** After so long it would come too soon for certain; 0 where that is never. */
  readonly earlyMs: number;
}

/** A client that is told nothing waits so long. */
const patienceMs = 500;
/** Who is told to wait for longer was told nothing. */
const longestMs = 9_999_000;

/** What a client makes of what it was told: a date that has passed is no wait. */
export function obeyedWait(told: ToldBy): ObeyedWait {
  const wait = toldWait(told);
  if (wait === null || wait.waitMs > longestMs) return { waitMs: patienceMs, earlyMs: 0 };
  const { waitMs, soonerMs } = wait;
  return { waitMs: Math.max(0, waitMs), earlyMs: Math.max(0, (waitMs - soonerMs) / 2) };
}
