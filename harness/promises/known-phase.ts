import type { Borders } from "./borders.ts";

/** Windows that begin at `phaseMs`, plus or minus `apartMs`, and every `windowMs` before and after. */
export function knownPhase(windowMs: number, phaseMs: number, apartMs: number): Borders {
  return {
    begin: () => undefined,
    excludedBy(fromMs, untilMs) {
      const earliestMs = fromMs - apartMs;
      const toNextMs = phaseMs - earliestMs;
      // In (0, windowMs]: a window that begins with the span holds it whole.
      const waitMs = toNextMs - windowMs * (Math.ceil(toNextMs / windowMs) - 1);
      return waitMs > untilMs + apartMs - earliestMs;
    },
  };
}
