/** Something that ends by itself, or is ended when its time is over. */
export interface Deadline {
  readonly untilMs: number;
  isOver: boolean;
  readonly expire: () => void;
}

/** Watches deadlines with one timer: setting and clearing one for each would cost more than the work that it guards. */
export interface Deadlines {
  /** `expire` is called soon after `untilMs` (as `performance.now()` tells it), unless `isOver` is true by then. */
  readonly watch: (deadline: Deadline) => void;
}

/**
 * No deadlines yet. The timer holds no process back. What is over is let go of long before its time: whatever hangs on
 * it would else grow old, and be dear to collect.
 */
export function deadlines(): Deadlines {
  let watched: Deadline[] = [];
  let sweepsAt = SWEEPS_AT_LEAST;
  let timer: NodeJS.Timeout | undefined;
  let wakesMs = Number.POSITIVE_INFINITY;

  function arm(untilMs: number): void {
    if (untilMs >= wakesMs) return;
    clearTimeout(timer);
    wakesMs = untilMs;
    timer = setTimeout(wake, Math.max(1, Math.ceil(untilMs - performance.now()))).unref();
  }

  function wake(): void {
    wakesMs = Number.POSITIVE_INFINITY;
    // What already waits in the sockets still counts: if it is late, it was this process that was.
    setImmediate(expire, performance.now());
  }

  /** So seldom that a deadline costs two looks, however many there are. */
  function sweep(): void {
    watched = watched.filter(({ isOver }) => !isOver);
    sweepsAt = Math.max(SWEEPS_AT_LEAST, 2 * watched.length);
  }

  function expire(nowMs: number): void {
    const live = watched.filter(({ isOver }) => !isOver);
    watched = live.filter(({ untilMs }) => untilMs > nowMs);
    for (const deadline of live) if (deadline.untilMs <= nowMs) deadline.expire();
    const next = watched.reduce((least, { untilMs }) => Math.min(least, untilMs), Number.POSITIVE_INFINITY);
    if (next < Number.POSITIVE_INFINITY) arm(next);
  }

  return {
    watch(deadline) {
      if (watched.length >= sweepsAt) sweep();
      watched.push(deadline);
      arm(deadline.untilMs);
    },
  };
}

const SWEEPS_AT_LEAST = 16;
