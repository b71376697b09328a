import type { Batch } from "./batch.ts";
import type { WireReply } from "./batch-reply.ts";
import { KEPT_ANSWERS } from "./kept-answers.ts";
import type { RedisLink } from "./redis-link.ts";

interface Cut {
  readonly batch: Batch;
  readonly notAfterUs: number;
}

/** Batches that were sent and not answered: whether they were charged is found out later. */
export interface CutBatches {
  readonly add: (sequence: number, cut: Cut) => void;
  /** The reply came after all. */
  readonly answered: (sequence: number, reply: WireReply | undefined) => void;
  /** Redis has lost its data, and with it whatever was charged: nothing was done. */
  readonly forget: () => void;
  /** Asks Redis for those that can no longer be executed. */
  readonly settle: (link: RedisLink) => Promise<void>;
}

/** What happened to older ones is never known; a Redis that is silent has far fewer of them by then. */
const CUTS_AT_MOST = 10_000;

/**
 * No batches; `answersKey` is where the script keeps what it did. A batch is waited for until its reply comes, or until
 * Redis, asked on a connection that must have brought that reply before, knows nothing of it and will not execute it
 * any more. Its place may have been given to a later one: then it is taken to be not done, which errs on the strict side.
 */
export function cutBatches(answersKey: string): CutBatches {
  const cuts = new Map<number, Cut>();
  let later: NodeJS.Timeout | undefined;

  async function settle(link: RedisLink): Promise<void> {
    const asked = [...cuts];
    if (asked.length === 0 || !link.isReady()) return;
    const outcome = await link.run(KEPT_ANSWERS, [answersKey], []);
    const [nowUs = 0, ...kept] = outcome.ok ? outcome.reply : [];
    const charged = inPairs(kept);
    for (const [sequence, { batch, notAfterUs }] of asked) {
      const bits = charged.get(sequence);
      // It may still lie in a socket of the old connection, and Redis would execute it.
      if (bits === undefined && nowUs <= notAfterUs) continue;
      if (cuts.delete(sequence)) batch.turnOutAs(bits ?? 0);
    }
    clearTimeout(later);
    if (cuts.size > 0) later = setTimeout(settle, ASK_AGAIN_MS, link).unref();
  }

  return {
    add(sequence, cut) {
      cuts.set(sequence, cut);
      const [oldest] = cuts;
      if (oldest === undefined || cuts.size <= CUTS_AT_MOST) return;
      cuts.delete(oldest[0]);
      oldest[1].batch.turnOut(undefined);
    },
    answered(sequence, reply) {
      const cut = cuts.get(sequence);
      if (!cuts.delete(sequence)) return;
      cut?.batch.turnOut(reply);
    },
    forget() {
      const all = [...cuts.values()];
      cuts.clear();
      for (const { batch } of all) batch.turnOut(undefined);
    },
    settle,
  };
}

const ASK_AGAIN_MS = 100;

/** A flat list of keys and values. */
function inPairs(flat: readonly number[]): Map<number, number> {
  const pairs = new Map<number, number>();
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.set(flat[i] ?? 0, flat[i + 1] ?? 0);
  return pairs;
}
