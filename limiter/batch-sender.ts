import { randomBytes } from "node:crypto";
import type { Script } from "./algorithms/decide-script.ts";
import { Batch, type RunHeader } from "./batch.ts";
import { CANNOT_KEEP, replyHead, type WireReply } from "./batch-reply.ts";
import { cutBatches } from "./cut-batches.ts";
import { KeptByRedis } from "./kept-by-redis.ts";
import { type RedisLink, type RedisTrouble, troubleOf } from "./redis-link.ts";
import { redisTime } from "./redis-time.ts";

export interface BatchSenderOptions {
  readonly script: Script;
  readonly prefix: string;
  readonly deadlineMs: number;
  /** How long Redis keeps what this replica did: longer than anything that is charged still counts. */
  readonly keepMs: number;
  /** Redis did what a batch asked that was sent then, or did not. Told before those who asked. */
  readonly onOutcome: (trouble: RedisTrouble | undefined, sentMs: number) => void;
  /** Redis has lost its data since the last batch. */
  readonly onStateLost: () => void;
}

/** Takes batches to Redis and their answers back. */
export interface BatchSender {
  /** The first key of every batch. */
  readonly keptKey: string;
  /** Everybody in the batch is answered within the deadline, or fails; `arrived` is called just before, once. */
  readonly send: (batch: Batch, arrived: () => void) => void;
  /** Asks Redis for its time and whether it knows this replica; whether it answered, and can be written to. */
  readonly greet: () => Promise<boolean>;
  /** Asks Redis how the batches that were cut have ended. */
  readonly settle: () => Promise<void>;
}

/**
 * Sends through `link`, as a replica with a name of its own. Redis is told until when a batch may be executed, so
 * none is charged late; and it keeps what it did, so that what was cut need not be guessed.
 */
export function batchSender(link: RedisLink, options: BatchSenderOptions): BatchSender {
  const { script, prefix, deadlineMs, keepMs } = options;
  const keptKey = `${prefix}:kept:${randomBytes(9).toString("base64url")}`;
  const cuts = cutBatches(keptKey);
  const time = redisTime();
  const runs = new KeptByRedis({ keepMs });
  link.onReady(() => runs.reconnected());

  /** Whether it was in time. */
  function heard(reply: WireReply, sentMs: number, header: RunHeader): boolean {
    const head = replyHead(reply);
    const { nowUs, kept } = head;
    time.heard(nowUs, sentMs, performance.now());
    if (kept === undefined) return false;
    if (kept === CANNOT_KEEP) return true;
    if (runs.found(head, sentMs, header)) {
      cuts.forget();
      options.onStateLost();
    }
    return true;
  }

  function attempt(batch: Batch, sentMs: number, untilMs: number, ended: Ended): void {
    const notAfterUs = time.earliestUs(untilMs) ?? Number.MAX_SAFE_INTEGER;
    const header = runs.header(sentMs, notAfterUs);
    const number = header.sequence;
    link.start<WireReply>(script, batch.keys, batch.args(header), {
      untilMs,
      onEnd(outcome) {
        if (!outcome.ok) {
          if (MAYBE_DONE.has(outcome.trouble)) cuts.add(number, { batch, notAfterUs });
          ended(outcome.trouble);
        } else if (heard(outcome.reply, sentMs, header)) {
          ended(undefined);
          options.onOutcome(batch.troubleIn(outcome.reply, troubleOf), sentMs);
          batch.answer(outcome.reply, troubleOf);
        } else ended("late");
      },
      onLate(reply) {
        const inTime = reply !== undefined && heard(reply, sentMs, header);
        cuts.answered(number, inTime ? reply : undefined);
      },
    });
  }

  return {
    keptKey,
    send(batch, arrived) {
      const sentMs = performance.now();
      const untilMs = sentMs + deadlineMs;
      const ended = (trouble: RedisTrouble | undefined): void => {
        arrived();
        if (trouble === undefined) return;
        options.onOutcome(trouble, sentMs);
        if (MAYBE_DONE.has(trouble)) batch.fail(trouble);
        else batch.refuse(trouble);
      };
      attempt(batch, sentMs, untilMs, (trouble) => {
        if (trouble !== "late") ended(trouble);
        else again(untilMs, (nowMs, last) => attempt(batch, nowMs, untilMs, last), ended);
      });
    },
    async greet() {
      const sentMs = performance.now();
      const batch = new Batch(keptKey, 0);
      const header = runs.header(sentMs, Number.MAX_SAFE_INTEGER);
      const outcome = await link.run<WireReply>(script, batch.keys, batch.args(header));
      if (outcome.ok) heard(outcome.reply, sentMs, header);
      return outcome.ok && replyHead(outcome.reply).kept !== CANNOT_KEEP;
    },
    settle: () => cuts.settle(link),
  };
}

/** Told the trouble, or undefined before everybody is answered; or that Redis found that it came too late. */
type Ended = (trouble: RedisTrouble | "late" | undefined) => void;

/** A clock that was set makes everything seem late: what it shows now has just been learnt. */
function again(
  untilMs: number,
  attempt: (nowMs: number, ended: Ended) => void,
  ended: (trouble: RedisTrouble | undefined) => void,
): void {
  const nowMs = performance.now();
  if (nowMs >= untilMs) ended("error");
  else attempt(nowMs, (trouble) => ended(trouble === "late" ? "error" : trouble));
}

/** Other troubles are Redis's own refusals. */
export const MAYBE_DONE: ReadonlySet<RedisTrouble> = new Set<RedisTrouble>(["timeout", "disconnected"]);
