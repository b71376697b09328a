/** One decision of the simulated Redis. */
export interface RedisAnswer {
  readonly admitted: boolean;
  readonly remaining: number;
  readonly resetUs: number;
}

/** One key in a Redis that decides by one algorithm, exactly. */
export interface RedisKey {
  readonly decide: (cost: number, nowUs: number) => RedisAnswer;
  /** Adds what was admitted elsewhere at `stampUs`. */
  readonly add: (cost: number, stampUs: number, nowUs: number) => void;
}

export interface RedisPolicy {
  readonly limit: number;
  readonly windowUs: number;
  readonly burst: number;
}

/** Exact sliding log: at most `limit` in every (t - W, t]. */
export function logKey({ limit, windowUs }: RedisPolicy): RedisKey {
  let log: { readonly stampUs: number; readonly cost: number }[] = [];
  const used = (nowUs: number) => {
    log = log.filter(({ stampUs }) => stampUs > nowUs - windowUs);
    return log.reduce((sum, { cost }) => sum + cost, 0);
  };
  return {
    decide(cost, nowUs) {
      const before = used(nowUs);
      const admitted = before + cost <= limit;
      if (admitted) log.push({ stampUs: nowUs, cost });
      return { admitted, remaining: Math.max(0, limit - before - (admitted ? cost : 0)), resetUs: 0 };
    },
    add: (cost, stampUs) => void log.push({ stampUs, cost }),
  };
}

/** Two counters: previous * (1 - part of the present window that has passed) + present, at most `limit`. */
export function counterKey({ limit, windowUs }: RedisPolicy): RedisKey {
  const counts = new Map<number, number>();
  const used = (nowUs: number) => {
    const cell = Math.floor(nowUs / windowUs);
    const left = (cell + 1) * windowUs - nowUs;
    return Math.ceil(((counts.get(cell - 1) ?? 0) * left) / windowUs) + (counts.get(cell) ?? 0);
  };
  const add = (cost: number, stampUs: number) => {
    const cell = Math.floor(stampUs / windowUs);
    counts.set(cell, (counts.get(cell) ?? 0) + cost);
  };
  return {
    decide(cost, nowUs) {
      const before = used(nowUs);
      const admitted = before + cost <= limit;
      if (admitted) add(cost, nowUs);
      return { admitted, remaining: Math.max(0, limit - before - (admitted ? cost : 0)), resetUs: 0 };
    },
    add,
  };
}

/** Windows aligned to the epoch, at most `limit` in each. */
export function fixedWindowKey({ limit, windowUs }: RedisPolicy): RedisKey {
  const counts = new Map<number, number>();
  return {
    decide(cost, nowUs) {
      const cell = Math.floor(nowUs / windowUs);
      const before = counts.get(cell) ?? 0;
      const admitted = before + cost <= limit;
      if (admitted) counts.set(cell, before + cost);
      const remaining = Math.max(0, limit - before - (admitted ? cost : 0));
      return { admitted, remaining, resetUs: (cell + 1) * windowUs - nowUs };
    },
    add(cost, stampUs) {
      const cell = Math.floor(stampUs / windowUs);
      counts.set(cell, (counts.get(cell) ?? 0) + cost);
    },
  };
}

/** A leaky bucket of capacity `burst`, in units of 1 / windowUs. */
export function bucketKey({ limit, windowUs, burst }: RedisPolicy): RedisKey {
  let [debt, stampUs] = [0, 0];
  const leakTo = (nowUs: number) => {
    debt = Math.max(0, debt - (nowUs - stampUs) * limit);
    stampUs = nowUs;
  };
  return {
    decide(cost, nowUs) {
      leakTo(nowUs);
      const admitted = debt + cost * windowUs <= burst * windowUs;
      if (admitted) debt += cost * windowUs;
      return { admitted, remaining: Math.max(0, Math.floor(burst - debt / windowUs)), resetUs: 0 };
    },
    add(cost, _, nowUs) {
      leakTo(nowUs);
      debt += cost * windowUs;
    },
  };
}
