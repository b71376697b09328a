import type { History } from "../../harness/history/history.ts";
import { outcomeCode, sourceCode } from "../../harness/history/requests.ts";
import { type Slots, slotOfRow, slotsOf } from "./slots.ts";

/**
 * Who decided a request, as its answer tells: `redis`, the replica itself (`local`), nobody because the limiter
 * refused to guess (`unavailable`), an answer that does not say (`unlabelled`), or nobody at all: an error or no
 * answer (`undecided`).
 */
export const deciders = ["redis", "local", "unavailable", "unlabelled", "undecided"] as const;
export type Decider = (typeof deciders)[number];

/** Requests by who decided them, one entry a replica in order of their numbers, counted where the schedule wanted them. */
export interface SourceSeries {
  readonly slots: Slots;
  readonly replicas: readonly ReplicaSources[];
  /** Requests of all replicas. */
  readonly totals: Readonly<Record<Decider, number>>;
}

export interface ReplicaSources {
  readonly replica: number;
  /** One entry a slot. */
  readonly counts: Readonly<Record<Decider, Uint32Array>>;
}

/** Counts who decided, replica by replica and slot by slot. What was never sent, and controls, are no part of it. */
export function sourceSeries(history: History, slots: Slots = slotsOf(history)): SourceSeries {
  const { requests } = history;
  const slotOf = slotOfRow(slots, history);
  const found = new Map<number, ReplicaSources>();
  const totals = { redis: 0, local: 0, unavailable: 0, unlabelled: 0, undecided: 0 };
  for (let row = 0; row < slotOf.length; row++) {
    const slot = slotOf[row] ?? -1;
    const decider = deciderOf(requests.outcome[row] ?? 0, requests.source[row] ?? 0);
    if (slot < 0 || decider === null) continue;
    const replica = requests.replica[row] ?? 0;
    const sources = found.get(replica) ?? noneYet(replica, slots);
    found.set(replica, sources);
    const counts = sources.counts[decider];
    counts[slot] = (counts[slot] ?? 0) + 1;
    totals[decider]++;
  }
  return { slots, replicas: [...found.values()].sort((a, b) => a.replica - b.replica), totals };
}

/** Who decided a request with these codes; `null` if there was nothing to decide. */
export function deciderOf(outcome: number, source: number): Decider | null {
  switch (outcome) {
    case outcomeCode.unavailable:
      return "unavailable";
    case outcomeCode.error:
    case outcomeCode.refused:
    case outcomeCode.lost:
      return "undecided";
    case outcomeCode.allowed:
    case outcomeCode.denied:
      return source === sourceCode.redis ? "redis" : source === sourceCode.local ? "local" : "unlabelled";
    default:
      return null;
  }
}

function noneYet(replica: number, { count }: Slots): ReplicaSources {
  const column = () => new Uint32Array(count);
  return {
    replica,
    counts: {
      redis: column(),
      local: column(),
      unavailable: column(),
      unlabelled: column(),
      undecided: column(),
    },
  };
}
