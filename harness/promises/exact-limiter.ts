import type { Promised } from "../../limiter/promised.ts";

/** Test support: what an exact limiter of one key knows. Instants ascend from call to call. */
export interface ExactLimiter {
  /** Cost that would be admitted at `atMs`. */
  readonly room: (atMs: number) => number;
  /** Takes `cost` at `atMs`, whether there is room for it or not. */
  readonly consume: (atMs: number, cost: number) => void;
}

/** Test support: keeps `promised` exactly; its clock is `offsetMs` ahead. */
export function exactLimiter(promised: Promised, offsetMs = 0): ExactLimiter {
  switch (promised.kind) {
    case "window":
      return slidingLog(promised);
    case "rate":
      return bucket(promised);
    case "two-counters":
      return twoCounters(promised, offsetMs);
    case "fixed":
      return promised.phase === "first-hit" ? firstHitWindows(promised) : epochWindows(promised, offsetMs);
    default:
      throw new RangeError(`no exact limiter keeps "${promised.kind}" alone`);
  }
}

function slidingLog({ limit, windowMs }: Extract<Promised, { kind: "window" }>): ExactLimiter {
  const log: { atMs: number; cost: number }[] = [];
  return {
    room(atMs) {
      while (log[0] !== undefined && log[0].atMs <= atMs - windowMs) log.shift();
      return limit - log.reduce((sum, { cost }) => sum + cost, 0);
    },
    consume: (atMs, cost) => void log.push({ atMs, cost }),
  };
}

function bucket({ burst, limit, windowMs }: Extract<Promised, { kind: "rate" }>): ExactLimiter {
  // In units of cost / windowMs, so that nothing is rounded on a dyadic grid of instants.
  let debt = 0;
  let stampMs = 0;
  const leak = (atMs: number): void => {
    debt = Math.max(0, debt - (atMs - stampMs) * limit);
    stampMs = atMs;
  };
  return {
    room(atMs) {
      leak(atMs);
      return (burst * windowMs - debt) / windowMs;
    },
    consume(atMs, cost) {
      leak(atMs);
      debt += cost * windowMs;
    },
  };
}

function twoCounters(promised: Extract<Promised, { kind: "two-counters" }>, offsetMs: number): ExactLimiter {
  const { limit, windowMs, floorsPrevious = false } = promised;
  const counts = new Map<number, number>();
  return {
    room(atMs) {
      const window = Math.floor((atMs + offsetMs) / windowMs);
      const leftMs = windowMs - (atMs + offsetMs - window * windowMs);
      const previous = ((counts.get(window - 1) ?? 0) * leftMs) / windowMs;
      return limit - (floorsPrevious ? Math.floor(previous) : previous) - (counts.get(window) ?? 0);
    },
    consume(atMs, cost) {
      const window = Math.floor((atMs + offsetMs) / windowMs);
      counts.set(window, (counts.get(window) ?? 0) + cost);
    },
  };
}

function epochWindows(
  { limit, windowMs }: Extract<Promised, { kind: "fixed" }>,
  offsetMs: number,
): ExactLimiter {
  const counts = new Map<number, number>();
  const windowAt = (atMs: number): number => Math.floor((atMs + offsetMs) / windowMs);
  return {
    room: (atMs) => limit - (counts.get(windowAt(atMs)) ?? 0),
    consume: (atMs, cost) => void counts.set(windowAt(atMs), (counts.get(windowAt(atMs)) ?? 0) + cost),
  };
}

function firstHitWindows({ limit, windowMs }: Extract<Promised, { kind: "fixed" }>): ExactLimiter {
  let beganMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    room: (atMs) => (atMs >= beganMs + windowMs ? limit : limit - count),
    consume(atMs, cost) {
      if (atMs >= beganMs + windowMs) [beganMs, count] = [atMs, 0];
      count += cost;
    },
  };
}
