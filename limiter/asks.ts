import type { Asking, Mode } from "./batch.ts";
import type { DecidingContext } from "./deciding.ts";
import { chargedBy, type Decision, decisionOf } from "./decision.ts";
import type { AskOptions, Subject } from "./middleware/asked-limiter.ts";
import type { Questions } from "./questions.ts";
import type { RedisSide } from "./redis-side.ts";

/** What can be asked of a limiter besides a decision. */
export interface Asks {
  /** What `decide` would answer now. Charges nothing and counts nothing; `remaining` is without the cost. */
  readonly peek: (subject: Subject, cost?: number, options?: AskOptions) => Promise<Decision>;
  /**
   * Gives back a charge, as far as it still counts; whether that is done. Say with `ageMs` how long ago it was made, at
   * most, where no limit may be exceeded for it, and with `corrects` which decision made it, if a policy is `open`. While Redis is away it is done in this process, if all policies are
   * `local` and the charge was made without Redis too. What is not done is done when Redis knows of it, once, as far as it
   * then counts (of the last 10,000, and only with `ageMs`: else nobody knows): do not ask again. Rejects an `ageMs`
   * that is no number from 0 on.
   */
  readonly refund: (subject: Subject, cost?: number, options?: AskOptions) => Promise<boolean>;
  /**
   * Forgets all that `subject` was charged; whether Redis has done so. Then this process tells it nothing of what it had
   * let in before. While Redis is away, and shortly after, what this process used of its share stays used.
   */
  readonly reset: (subject: Subject) => Promise<boolean>;
}

/** What is made of one question. */
interface Answers<T> {
  /** The answer without Redis, if there is no need of it or no use in it; undefined if Redis is to be asked. */
  readonly here?: (asking: Asking, context: DecidingContext) => T | undefined;
  /** Is given what Redis answers to what was asked at `sentMs`. */
  readonly read: (asking: Asking, context: DecidingContext, heard: Answer) => T | Promise<T>;
  /** Answers if Redis does not. */
  readonly without: (asking: Asking, context: DecidingContext) => T;
  readonly turnedOut?: (asking: Asking, isDone: boolean, context: DecidingContext) => void;
}

interface Answer {
  readonly reply: readonly number[];
  readonly at: number;
  readonly sentMs: number;
}

/** Asks where the keys are. */
export function asks(put: Questions, placeOf: RedisSide["placeOf"]): Asks {
  async function ask<T>(
    mode: Mode,
    [subject, cost, { limits, ageMs, corrects } = {}]:
      | readonly [Subject, number, AskOptions?]
      | readonly [Subject, number, AskOptions | undefined],
    { here, read, without, turnedOut }: Answers<T>,
  ): Promise<T> {
    const checked = put.checked(mode, cost);
    const keys = put.keysOf(subject);
    const { context, add } = placeOf(keys);
    const all = { keys, rows: put.rowsOf(limits) };
    const sentMs = performance.now();
    const { promise, resolve } = Promise.withResolvers<T>();
    const asking: Asking = {
      mode,
      cost: checked,
      ...(mode === "refund" && corrects !== undefined ? only(chargedBy(corrects), all, put) : all),
      ...(ageMs === undefined ? {} : { chargedSinceMs: sentMs - checkedAge(ageMs) }),
      answered: (reply, at) => resolve(read(asking, context, { reply, at, sentMs })),
      failed: () => resolve(without(asking, context)),
      turnedOut: (isDone) => turnedOut?.(asking, isDone, context),
    };
    const known = here?.(asking, context);
    if (known !== undefined) return known;
    add(asking);
    return promise;
  }

  /** Nothing is owed of what nobody knows how long it counts. */
  function owe(asking: Asking, give: DecidingContext["giveBack"]): void {
    const { chargedSinceMs } = asking;
    if (chargedSinceMs === undefined) return;
    give({ ...asking, untilMs: chargedSinceMs + put.keepMs }, chargedSinceMs);
  }

  const reset = (subject: Subject, isAgain: boolean): Promise<boolean> =>
    ask("reset", [subject, 0], {
      read(asking, { withoutRedis }, { sentMs }) {
        const isForgotten = withoutRedis.reset(asking, sentMs);
        return isForgotten || isAgain || reset(subject, true);
      },
      without: () => false,
    });

  return {
    peek: (subject, cost = 1, options) =>
      ask("peek", [subject, cost, options], {
        here: (asking, { withoutRedis }) => withoutRedis.foresee(asking, performance.now()),
        read(asking, { withoutRedis }, answer) {
          withoutRedis.learn(asking, {
            ...answer,
            receivedMs: performance.now(),
            admitted: 0,
            reserved: false,
          });
          return decisionOf(answer.reply, put.names, answer.at);
        },
        without: (asking, { withoutRedis }) => withoutRedis.peek(asking, performance.now()),
      }),
    refund: (subject, cost = 1, options) =>
      ask("refund", [subject, cost, options], {
        here(asking, { withoutRedis, giveBackLater }) {
          // What nobody has charged is given back.
          if (asking.keys.length === 0) return true;
          const way = withoutRedis.refund(asking, performance.now());
          if (way === "later") owe(asking, giveBackLater);
          return way === "ask" ? undefined : way === "done";
        },
        read(asking, { withoutRedis }, { reply, at }) {
          withoutRedis.refunded(asking, reply, at);
          return true;
        },
        without: () => false,
        turnedOut(asking, isDone, { giveBack }) {
          if (!isDone) owe(asking, giveBack);
        },
      }),
    reset: (subject) => reset(subject, false),
  };
}

/** What is asked of these policies alone; undefined: of all. */
function only(
  names: readonly string[] | undefined,
  all: Pick<Asking, "keys" | "rows">,
  put: Questions,
): Pick<Asking, "keys" | "rows" | "policies"> {
  if (names === undefined) return all;
  const policies = put.names.flatMap((name, i) => (names.includes(name) ? i : []));
  const rows = all.rows ?? put.usual;
  return {
    policies,
    keys: policies.map((i) => all.keys[i] ?? ""),
    rows: policies.flatMap((i) => rows.slice(i, i + 1)),
  };
}

function checkedAge(ageMs: number): number {
  if (ageMs >= 0) return ageMs;
  throw new RangeError(`ageMs is ${ageMs}; give the milliseconds that have passed since the charge, at most`);
}
