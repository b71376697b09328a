import { chargedBy, type Decision } from "../decision.ts";
import type { AskedLimiter, AskOptions, Subject } from "./asked-limiter.ts";

/** What an allowed request has been charged, and how to correct it when its true cost is known. */
export interface Charge {
  readonly decision: Decision;
  /** What is charged now: 0 where only `open` let it in, which charges nothing. */
  readonly cost: number;
  /**
   * Charges `actualCost` (a whole number, at least 0) instead of what was reserved, and says whether that was possible:
   * what is too much is given back, what is too little is charged if there is room. Calling it again corrects again,
   * after the call before. Throws a RangeError for another number, and a TypeError if the limiter cannot give back.
   */
  readonly settle: (actualCost: number) => Promise<boolean>;
}

const CHARGE = Symbol("gatecrash.charge");

interface Charged {
  [CHARGE]?: Charge | undefined;
}

/** The charge of `request`, by the limiter that it met last; undefined if that has not charged it, or there was none. */
export function chargeOf(request: object): Charge | undefined {
  return (request as Charged)[CHARGE];
}

/** Makes `charge` the one that {@link chargeOf} finds; undefined: none, whatever was charged before. */
export function attachCharge(request: object, charge: Charge | undefined): void {
  (request as Charged)[CHARGE] = charge;
}

/** What one decision has let in for a request; nothing of it was charged before `sinceMs`. */
interface Part {
  readonly decision: Decision;
  readonly cost: number;
  readonly sinceMs: number;
}

/** The charge of a request that `limiter` has allowed; it was asked at `sinceMs` of `performance.now()`. */
export class RequestCharge implements Charge {
  readonly decision: Decision;
  readonly #limiter: AskedLimiter;
  readonly #subject: Subject;
  readonly #options: AskOptions | undefined;
  /** Each is given back only under the policies that have charged it. */
  #parts: readonly Part[];
  /** Resolves when everything that was asked so far is done. */
  #settled: Promise<unknown> = Promise.resolve();

  constructor(
    limiter: AskedLimiter,
    decision: Decision,
    subject: Subject,
    cost: number,
    options: AskOptions | undefined,
    sinceMs: number,
  ) {
    this.decision = decision;
    this.#limiter = limiter;
    this.#subject = subject;
    this.#options = options;
    this.#parts = [{ decision, cost, sinceMs }];
  }

  get cost(): number {
    return sumOf(this.#parts.filter(isCharged));
  }

  async settle(actualCost: number): Promise<boolean> {
    if (!(Number.isSafeInteger(actualCost) && actualCost >= 0)) {
      throw new RangeError(`the actual cost is ${actualCost}; give a whole number of at least 0`);
    }
    // One after the other: what is still being asked for cannot be given back.
    const settled = this.#settled.then(() => this.#correct(actualCost));
    this.#settled = settled.catch(() => {});
    return settled;
  }

  async #correct(actualCost: number): Promise<boolean> {
    const before = sumOf(this.#parts);
    if (actualCost < before && this.#limiter.refund === undefined) {
      throw new TypeError("this limiter cannot give back; use one with refund, or settle for more");
    }
    if (actualCost === before) return true;
    if (actualCost < before) {
      const [kept, back] = cut(this.#parts, actualCost);
      // What is not given back at once is owed: it must not be asked for again.
      this.#parts = kept;
      const given = await Promise.all(back.filter(isCharged).map((part) => this.#giveBack(part)));
      return !given.includes(false);
    }
    const [cost, sinceMs] = [actualCost - before, performance.now()];
    // It is no request of its own: whoever is denied has been let in already.
    const options = { ...this.#options, corrects: this.decision };
    const decision = await this.#limiter.decide(this.#subject, cost, options);
    if (decision.outcome !== "allowed") return false;
    this.#parts = [...this.#parts, { decision, cost, sinceMs }];
    return true;
  }

  async #giveBack({ decision, cost, sinceMs }: Part): Promise<boolean> {
    const options = { ...this.#options, ageMs: performance.now() - sinceMs, corrects: decision };
    return (await this.#limiter.refund?.(this.#subject, cost, options)) !== false;
  }
}

/** The first `cost` of `parts`, and the rest. */
function cut(parts: readonly Part[], cost: number): readonly [readonly Part[], readonly Part[]] {
  const [kept, rest]: [Part[], Part[]] = [[], []];
  let left = cost;
  for (const part of parts) {
    const keeps = Math.min(left, part.cost);
    left -= keeps;
    if (keeps > 0) kept.push({ ...part, cost: keeps });
    if (keeps < part.cost) rest.push({ ...part, cost: part.cost - keeps });
  }
  return [kept, rest];
}

function isCharged({ decision }: Part): boolean {
  return chargedBy(decision)?.length !== 0;
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { cost }) => sum + cost, 0);
}
