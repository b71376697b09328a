import { ANSWERS_KEPT } from "./algorithms/decide-script.ts";
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

/** No batches; `answersKey` is where the script keeps what it did. */
export function cutBatches(answersKey: string): CutBatches {
  const cuts = new Map<number, Cut>();
  let later: NodeJS.Timeout | undefined;

  async function settle(link: RedisLink): Promise<void> {
    const asked = [...cuts];
    if (asked.length === 0 || !link.isReady()) return;
    const sequences = asked.map(([sequence]) => sequence);
    const outcome = await link.run(KEPT_ANSWERS, [answersKey], sequences);
    const [nowUs = 0, ...answers] = outcome.ok ? outcome.reply : [];
    for (const [i, [sequence, { batch, notAfterUs }]] of asked.entries()) {
      const charged = answers[i] ?? -1;
      // It may still lie in a socket of the old connection, and Redis would execute it.
      if (charged < 0 && nowUs <= notAfterUs) continue;
      if (cuts.delete(sequence)) batch.turnOutAs(Math.max(0, charged));
    }
    clearTimeout(later);
    if (cuts.size > 0) later = setTimeout(settle, ASK_AGAIN_MS, link).unref();
  }

  return {
    add(sequence, cut) {
      cuts.set(sequence, cut);
      // What is kept of older ones has been overwritten.
      for (const [old, { batch }] of cuts) {
        if (old <= sequence - ANSWERS_KEPT && cuts.delete(old)) batch.turnOut(undefined);
      }
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
