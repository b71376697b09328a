import type { Asking, Mode } from "./batch.ts";
import { type Decision, decisionOf } from "./decision.ts";
import type { AskOptions, Subject } from "./middleware/asked-limiter.ts";
import type { Questions } from "./questions.ts";
import type { WithoutRedis } from "./without-redis.ts";

/** What can be asked of a limiter besides a decision. */
export interface Asks {
  /** What `decide` would answer now. Charges nothing and counts nothing; `remaining` is without the cost. */
  readonly peek: (subject: Subject, cost?: number, options?: AskOptions) => Promise<Decision>;
  /**
   * Gives back what was charged last, as far as it still counts; whether that is done. While Redis is away it is done
   * in this process, if all policies are `local`.
   */
  readonly refund: (subject: Subject, cost?: number, options?: AskOptions) => Promise<boolean>;
  /** Forgets all that `subject` was charged; whether Redis has done so. */
  readonly reset: (subject: Subject) => Promise<boolean>;
}

/** Asks through `add`. */
export function asks(put: Questions, add: (asking: Asking) => void, withoutRedis: WithoutRedis): Asks {
  /** `read` is given what Redis answers; `without` answers if it does not. */
  function ask<T>(
    [mode, subject, cost, limits]: readonly [Mode, Subject, number, AskOptions["limits"]],
    read: (asking: Asking, reply: readonly number[], at: number) => T,
    without: (asking: Asking) => T,
  ): Promise<T> {
    return new Promise((resolve) => {
      const asking: Asking = {
        mode,
        cost: put.checked(mode, cost),
        keys: put.keysOf(subject),
        rows: put.rowsOf(limits),
        answered: (reply, at) => resolve(read(asking, reply, at)),
        failed: () => resolve(without(asking)),
        turnedOut() {},
      };
      add(asking);
    });
  }

  return {
    async peek(subject, cost = 1, options) {
      const sentMs = performance.now();
      return ask(
        ["peek", subject, cost, options?.limits],
        (asking, reply, at) => {
          const heard = { reply, at, sentMs, receivedMs: performance.now(), admitted: 0, reserved: false };
          withoutRedis.learn(asking, heard);
          return decisionOf(reply, put.names, at);
        },
        (asking) => withoutRedis.peek(asking, performance.now()),
      );
    },
    refund: async (subject, cost = 1, options) =>
      ask(
        ["refund", subject, cost, options?.limits],
        (asking, reply, at) => {
          withoutRedis.refunded(asking, reply, at);
          return true;
        },
        (asking) => withoutRedis.phase === "lost" && withoutRedis.refund(asking),
      ),
    reset: async (subject) =>
      ask(
        ["reset", subject, 0, undefined],
        (asking) => {
          withoutRedis.reset(asking);
          return true;
        },
        () => false,
      ),
  };
}
