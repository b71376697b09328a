import type { Policy } from "../policy.ts";
import type { Promises } from "../promised.ts";
import type { LocalState } from "./local-state.ts";

/**
 * One way of limiting, known by its name. Adding one is adding one file.
 *
 * `lua` is an expression that yields `{ test, write, quota, refund, merge }`; all times are whole microseconds, all costs whole:
 * - `test(key, now, cost, a, b, c)` reads only, and returns a plan with `retryUs`: 0 if there is room,
 *   -1 if there never will be, else the shortest wait that makes room. (It may note on the key that the clock
 *   stepped back: that is no change of what was admitted.)
 * - `write(plan)` admits. It is called after every policy of a request has been tested, or never.
 * - `quota(plan, admitted)` returns what remains, and the microseconds until more remains (0 if all of it does).
 * - `refund(key, now, cost, age, a, b, c)` takes back cost that was admitted at most `age` ago (-1: that still counts), and returns how much of it
 *   still counted (rounded down). Whichever charge of that time it was: from now on nothing is admitted that would not
 *   have been, had it never been made. It makes no key, and lets none live longer.
 * - `merge(key, now, entries, a, b, c)` adds cost that was admitted elsewhere, each as if at `now - age`, whether or not
 *   there is room, and returns how much of it still counts (rounded up). `entries` is a flat list age1, cost1, age2,
 *   cost2, ..., in any order.
 */
export interface Algorithm {
  /** Part of every key; lower-case letters and dashes. */
  readonly name: string;
  /** Whether a policy may name a `burst`: the others know `limit` only. */
  readonly takesBurst: boolean;
  readonly lua: string;
  /**
   * The same decision as statements for a lone policy with these `a`, `b`, `c`, without functions and tables, which
   * cost more than the rest. Given are `key`, `now` and `cost`, `ask` (redis.pcall), `pack`, `unpack`, `ceil` and `floor`.
   * They decide, write, and set `remaining`, `retryUs` (0 until then) and `resetUs`; or leave `remaining` nil and
   * everything as it was, and it is up to `lua`: what is rare, or an error, need not be told twice.
   */
  readonly inline?: (numbers: readonly [a: number, b: number, c: number]) => string;
  /** The numbers `a`, `b`, `c` that Lua is given for `policy`. */
  readonly numbers: (policy: Policy) => readonly [number, number, number];
  /** Why this algorithm cannot keep `policy`: one sentence each, naming the mend. The policy is otherwise valid. */
  readonly mistakes: (policy: Policy) => readonly string[];
  readonly promises: (policy: Policy) => Promises & { readonly stateHorizonMs: number };
  /** The limit of one key in memory: decides as the Lua does, to the microsecond. */
  readonly local: (policy: Policy) => LocalState;
}
