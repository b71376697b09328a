import {
  ANSWER_BYTES,
  ANSWERS_KEPT,
  BATCH_AT_MOST,
  type Row,
  type SEQUENCE_DIGITS,
} from "./algorithms/decide-script.ts";
import { errorsIn, type WireReply, wholeReply } from "./batch-reply.ts";
import type { AgedCost } from "./fallback/cost-cells.ts";
import type { RedisTrouble } from "./redis-link.ts";

/** What is asked of the script: to charge, to look, to give back, to forget, or to add what was admitted elsewhere. */
export type Mode = "decide" | "peek" | "refund" | "reset" | "merge";

const MODES = { decide: "1", peek: "2", refund: "3", reset: "4", merge: "5" } as const satisfies Record<
  Mode,
  string
>;

/** One question to the decide script, and who waits for its answer. */
export interface Asking {
  readonly mode: Mode;
  readonly cost: number;
  /** One a policy, and as many `rows`. */
  readonly keys: readonly string[];
  /** A refund: the policies whose keys these are, by their index. @default all, in order */
  readonly policies?: readonly number[] | undefined;
  /** Absent: those that hold for every request. */
  readonly rows: readonly Row[] | undefined;
  /** What is merged into the one key, oldest first; its ages are as of now. `cost` is of no concern then. */
  readonly entries?: readonly AgedCost[];
  /** A refund: what is given back was charged no earlier than this, by `performance.now()`. @default it still counts */
  readonly chargedSinceMs?: number;
  /** The answer begins at `reply[at]`; its layout is that of {@link wholeReply}. */
  readonly answered: (reply: readonly number[], at: number) => void;
  readonly failed: (trouble: RedisTrouble) => void;
  /**
   * After `failed`, once it is known: whether Redis had done it all the same (charged it, if that was the question).
   * If its reply has come late, that is there too, as for `answered`.
   */
  readonly turnedOut: (isDone: boolean, reply?: readonly number[], at?: number) => void;
}

/** What a run of the script is told besides its questions. */
export interface RunHeader {
  /** Redis time in microseconds. */
  readonly notAfterUs: number;
  /** Has {@link SEQUENCE_DIGITS}. */
  readonly sequence: number;
  /** Whether its answers are to be kept for longer than they would be by now. */
  readonly prolongs: boolean;
}

/** Questions that travel to Redis together, at most {@link BATCH_AT_MOST}. */
export class Batch {
  readonly asked: Asking[] = [];
  readonly #keys: string[];
  /** Rows in the text of the script. */
  readonly #usual: number;
  /** Empty as long as all are decisions of cost 1 under the usual rows: they need no words. */
  readonly #args: string[] = [];
  readonly #rows: string[] = [];
  #numbers: Map<string, number> | undefined;

  /** How long it may take until Redis runs what is asked, in milliseconds. */
  readonly #underWayMs: number;

  constructor(keptKey: string, usual: number, underWayMs = 0) {
    this.#keys = [keptKey];
    this.#usual = usual;
    this.#underWayMs = underWayMs;
  }

  get isFull(): boolean {
    return this.asked.length >= BATCH_AT_MOST;
  }

  get keys(): readonly string[] {
    return this.#keys;
  }

  add(asking: Asking): void {
    const { mode, cost, keys, rows } = asking;
    for (const key of keys) this.#keys.push(key);
    const isUsual = mode === "decide" && rows === undefined;
    if (this.#args.length > 0 || !isUsual || cost !== 1) {
      if (this.#args.length === 0) for (let i = 0; i < this.asked.length; i++) this.#args.push("1");
      if (isUsual) this.#args.push(String(cost));
      else this.#addUnusual(asking);
    }
    this.asked.push(asking);
  }

  #addUnusual({ mode, cost, keys, rows, entries = [], chargedSinceMs }: Asking): void {
    const count = mode === "merge" ? entries.length : cost;
    this.#args.push("0", MODES[mode], String(count), String(keys.length));
    for (let i = 0; i < keys.length; i++) {
      const row = rows?.[i];
      this.#args.push(String(row === undefined ? i + 1 : this.#numberOf(row)));
    }
    for (const { ageUs, cost: added } of entries) this.#args.push(String(ageUs), String(added));
    if (mode === "refund") this.#args.push(String(this.#ageUs(chargedSinceMs)));
  }

  /** How long ago a charge was made, at most, when Redis gives it back. */
  #ageUs(chargedSinceMs: number | undefined): number {
    if (chargedSinceMs === undefined) return -1;
    return Math.ceil(1_000 * (performance.now() - chargedSinceMs + this.#underWayMs));
  }

  /** ARGV of the script. */
  args({ notAfterUs, sequence, prolongs }: RunHeader): string[] {
    const place = (sequence % ANSWERS_KEPT) * ANSWER_BYTES;
    const head = [decimal(notAfterUs), String(sequence), String(place)];
    if (!prolongs && this.#args.length === 0) return head;
    const costs = this.#args.length > 0 ? this.#args : this.asked.map(() => "1");
    return [...head, prolongs ? "1" : "0", String(this.#rows.length / 4), ...this.#rows, ...costs];
  }

  /** Why Redis has not done what it was asked, if not for a key of another type; undefined if that has not happened. */
  troubleIn(wire: WireReply, troubleOf: (message: string) => RedisTrouble): RedisTrouble | undefined {
    return errorsIn(wire)
      .map(troubleOf)
      .find((trouble) => trouble !== "error");
  }

  /** Gives everybody the part of the reply that is theirs. */
  answer(wire: WireReply, troubleOf: (message: string) => RedisTrouble): void {
    const reply = wholeReply(wire, this.asked);
    // Only the errors, after all decisions, are strings.
    const numbers = reply as readonly number[];
    const errorsAt = this.asked.length + 3 * (this.#keys.length - 1) - 1;
    let at = 0;
    for (const asking of this.asked) {
      const head = numbers[at] ?? 0;
      if (head >= 0) asking.answered(numbers, at);
      else {
        asking.failed(troubleOf(String(reply[errorsAt - head])));
        asking.turnedOut(false);
      }
      at += 1 + 3 * asking.keys.length;
    }
  }

  /** Nobody is answered; whether it was done will turn out. */
  fail(trouble: RedisTrouble): void {
    for (const asking of this.asked) asking.failed(trouble);
  }

  /** Nobody is answered, and nothing was done. */
  refuse(trouble: RedisTrouble): void {
    this.fail(trouble);
    this.turnOut(undefined);
  }

  /** The reply came after everybody had been told of a failure; undefined if nothing was changed. */
  turnOut(wire: WireReply | undefined): void {
    const reply = wire === undefined ? undefined : wholeReply(wire, this.asked);
    let at = 0;
    for (const asking of this.asked) {
      const head = reply?.[at];
      const isDone = asking.mode !== "peek" && head === 0;
      if (typeof head === "number" && head >= 0) asking.turnedOut(isDone, reply as readonly number[], at);
      else asking.turnedOut(isDone);
      at += 1 + 3 * asking.keys.length;
    }
  }

  /** Redis has kept what it did: the bits of `answers`, the first question in the lowest. */
  turnOutAs(answers: number): void {
    for (const [i, asking] of this.asked.entries()) asking.turnedOut(Math.floor(answers / 2 ** i) % 2 === 1);
  }

  /** Rows of single requests are sent once a batch, and numbered after the usual ones. */
  #numberOf(row: Row): number {
    this.#numbers ??= new Map();
    const id = row.join(" ");
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#rows.push(...row.map(String));
    const number = this.#usual + this.#rows.length / 4;
    this.#numbers.set(id, number);
    return number;
  }
}

/** Two short numbers are written in a fraction of the time that one beyond 2^32 takes. */
function decimal(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  return `${seconds}${String(us - seconds * 1_000_000).padStart(6, "0")}`;
}
