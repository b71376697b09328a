import type { Terms } from "./promise.ts";

/** Whether [fromMs, untilMs] certainly lies in one window of the limiter's clock: false where that clock is not known. */
export function isInOneWindow(
  fromMs: number,
  untilMs: number,
  windowMs: number,
  { epochOffsetMs, slackMs }: Terms,
): boolean {
  if (epochOffsetMs === null) return false;
  const first = Math.floor((fromMs + epochOffsetMs.atLeast - slackMs) / windowMs);
  return Math.floor((untilMs + epochOffsetMs.atMost + slackMs) / windowMs) === first;
}
