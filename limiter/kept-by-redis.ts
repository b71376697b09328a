import { SEQUENCE_DIGITS } from "./algorithms/decide-script.ts";
import type { RunHeader } from "./batch.ts";
import { NOTHING_KEPT, type ReplyHead } from "./batch-reply.ts";

export interface KeptByRedisOptions {
  /** How long Redis keeps it. */
  readonly keepMs: number;
  /**
   * What Redis has kept for less than this may be gone although its data is not: a replica that takes over may not have
   * heard of it. Milliseconds. @default 0
   */
  readonly uncertainMs?: number;
}

/** The runs of one caller, of which Redis keeps in one key what they did; it is missed when Redis loses its data. */
export class KeptByRedis {
  readonly #keepMs: number;
  readonly #uncertainMs: number;
  /** From the least number of its digits on: there are more than anybody can run. */
  #sequence: number = 10 ** (SEQUENCE_DIGITS - 1);
  /** As Redis said when it began to keep it. */
  #since: number | undefined;
  #prolongMs = Number.NEGATIVE_INFINITY;
  /** From and until when Redis has it, if it has lost nothing. */
  #keptSinceMs = Number.POSITIVE_INFINITY;
  #keptUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ keepMs, uncertainMs = 0 }: KeptByRedisOptions) {
    this.#keepMs = keepMs;
    this.#uncertainMs = uncertainMs;
  }

  /** Whether something is kept then, if Redis loses nothing. */
  isKeptAt(atMs: number): boolean {
    return atMs < this.#keptUntilMs && atMs >= this.#keptSinceMs + this.#uncertainMs;
  }

  /** Of the next run. */
  header(nowMs: number, notAfterUs: number): RunHeader {
    const prolongs = nowMs >= this.#prolongMs;
    if (prolongs) this.#prolongMs = nowMs + Math.min(this.#keepMs / 4, PROLONGED_EVERY_MS);
    return { notAfterUs, sequence: ++this.#sequence, prolongs };
  }

  /**
   * A run that was sent then has found what `head` says; whether Redis has lost its data. If its mark is the same as when
   * it began to keep this, and it has not gone meanwhile, it has not: what was kept was deleted or evicted alone.
   */
  found({ kept, since }: ReplyHead, sentMs: number, { prolongs }: RunHeader): boolean {
    const wasKept = kept !== NOTHING_KEPT;
    const isMissed =
      !wasKept && sentMs < this.#keptUntilMs && sentMs >= this.#keptSinceMs + this.#uncertainMs;
    const isLost = isMissed && (since === undefined || since !== this.#since);
    if (!wasKept) {
      this.#keptSinceMs = sentMs;
      this.#since = since;
    }
    if (!wasKept || prolongs) this.#keptUntilMs = sentMs + this.#keepMs;
    return isLost;
  }

  /** There is a new connection: behind it may be a Redis that has the data of another time, and the same mark. */
  reconnected(): void {
    this.#since = undefined;
  }

  /** It will not be missed if it is gone. */
  forget(): void {
    this.#keptUntilMs = Number.NEGATIVE_INFINITY;
  }
}

/** What is used so often is not among the first to be evicted. */
const PROLONGED_EVERY_MS = 60_000;
