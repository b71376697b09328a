import { SEQUENCE_DIGITS } from "./algorithms/decide-script.ts";
import type { RunHeader } from "./batch.ts";

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
    if (prolongs) this.#prolongMs = nowMs + this.#keepMs / 4;
    return { notAfterUs, sequence: ++this.#sequence, prolongs };
  }

  /** A run that was sent then has found whether something was kept; whether Redis has lost its data. */
  found(wasKept: boolean, sentMs: number, { prolongs }: RunHeader): boolean {
    const isMissed =
      !wasKept && sentMs < this.#keptUntilMs && sentMs >= this.#keptSinceMs + this.#uncertainMs;
    if (!wasKept) this.#keptSinceMs = sentMs;
    if (!wasKept || prolongs) this.#keptUntilMs = sentMs + this.#keepMs;
    return isMissed;
  }

  /** It will not be missed if it is gone. */
  forget(): void {
    this.#keptUntilMs = Number.NEGATIVE_INFINITY;
  }
}
