import type { Asking, Mode } from "./batch.ts";
import type { DecidingContext } from "./deciding.ts";
import { type Decision, decisionOf } from "./decision.ts";
import type { AskOptions, Subject } from "./middleware/asked-limiter.ts";
import type { Questions } from "./questions.ts";
import type { RedisSide } from "./redis-side.ts";
import type { WithoutRedis } from "./without-redis.ts";

/** What can be asked of a limiter besides a decision. */
export interface Asks {
  /** What `decide` would answer now. Charges nothing and counts nothing; `remaining` is without the cost. */
  readonly peek: (subject: Subject, cost?: number, options?: AskOptions) => Promise<Decision>;
  /**
   * Gives back a charge, as far as it still counts; whether that is done. Say with `ageMs` how long ago it was made, at
   * most, where no limit may be exceeded for it. While Redis is away it is done in this process, if all policies are
   * `local` and the charge was made without Redis too. What is not done is done when Redis is back, once, as far as it
   * then counts (of the last 10,000, and only with `ageMs`: else nobody knows): do not ask again. Rejects an `ageMs`
   * that is no number from 0 on.
   */
  readonly refund: (subject: Subject, cost?: number, options?: AskOptions) => Promise<boolean>;
  /** Forgets all that `subject` was charged; whether Redis has done so. */
  readonly reset: (subject: Subject) => Promise<boolean>;
}

/** Asks where the keys are. */
export function asks(put: Questions, placeOf: RedisSide["placeOf"]): Asks {
  /** `read` is given what Redis answers; `without` answers if it does not. */
  function ask<T>(
    [mode, subject, cost, { limits, ageMs } = {}]: readonly [
      Mode,
      Subject,
      number,
      (AskOptions | undefined)?,
    ],
    read: (asking: Asking, withoutRedis: WithoutRedis, reply: readonly number[], at: number) => T,
    without: (asking: Asking, withoutRedis: WithoutRedis) => T,
    turnedOut: (asking: Asking, isDone: boolean, giveBack: DecidingContext["giveBack"]) => void = () => {},
  ): Promise<T> {
    return new Promise((resolve) => {
      const checked = put.checked(mode, cost);
      const keys = put.keysOf(subject);
      const { context, add } = placeOf(keys);
      const { withoutRedis, giveBack } = context;
      const asking: Asking = {
        mode,
        cost: checked,
        keys,
        rows: put.rowsOf(limits),
        ...(ageMs === undefined ? {} : { chargedSinceMs: performance.now() - checkedAge(ageMs) }),
        answered: (reply, at) => resolve(read(asking, withoutRedis, reply, at)),
        failed: () => resolve(without(asking, withoutRedis)),
        turnedOut: (isDone) => turnedOut(asking, isDone, giveBack),
      };
      add(asking);
    });
  }

  return {
    async peek(subject, cost = 1, options) {
      const sentMs = performance.now();
      return ask(
        ["peek", subject, cost, options],
        (asking, withoutRedis, reply, at) => {
          const heard = { reply, at, sentMs, receivedMs: performance.now(), admitted: 0, reserved: false };
          withoutRedis.learn(asking, heard);
          return decisionOf(reply, put.names, at);
        },
        (asking, withoutRedis) => withoutRedis.peek(asking, performance.now()),
      );
    },
    async refund(subject, cost = 1, options) {
      let isDoneHere = false;
      return ask(
        ["refund", subject, cost, options],
        (asking, withoutRedis, reply, at) => {
          withoutRedis.refunded(asking, reply, at);
          return true;
        },
        (asking, withoutRedis) => {
          isDoneHere = withoutRedis.phase === "lost" && withoutRedis.refund(asking, performance.now());
          return isDoneHere;
        },
        (asking, isDone, giveBack) => {
          const { chargedSinceMs } = asking;
          if (isDone || isDoneHere || chargedSinceMs === undefined) return;
          giveBack({ ...asking, untilMs: chargedSinceMs + put.keepMs }, chargedSinceMs);
        },
      );
    },
    reset: async (subject) =>
      ask(
        ["reset", subject, 0],
        (asking, withoutRedis) => {
          withoutRedis.reset(asking);
          return true;
        },
        () => false,
      ),
  };
}

function checkedAge(ageMs: number): number {
  if (ageMs >= 0) return ageMs;
  throw new RangeError(`ageMs is ${ageMs}; give the milliseconds that have passed since the charge, at most`);
}
