import type { Decision } from "../decision.ts";
import type { AskedLimiter, AskOptions, Subject } from "./asked-limiter.ts";

/** What an allowed request has been charged, and how to correct it when its true cost is known. */
export interface Charge {
  readonly decision: Decision;
  /** What is charged now. */
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
  [CHARGE]?: Charge;
}

/** The charge of `request`, by the limiter that it met last; undefined if none has charged it. */
export function chargeOf(request: object): Charge | undefined {
  return (request as Charged)[CHARGE];
}

/** Makes `charge` the one that {@link chargeOf} finds. */
export function attachCharge(request: object, charge: Charge): void {
  (request as Charged)[CHARGE] = charge;
}

/** The charge of a request that `limiter` has allowed; it was asked at `sinceMs` of `performance.now()`. */
export class RequestCharge implements Charge {
  readonly decision: Decision;
  cost: number;
  readonly #limiter: AskedLimiter;
  readonly #subject: Subject;
  readonly #options: AskOptions | undefined;
  /** Nothing of it was charged before. */
  readonly #sinceMs: number;
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
    this.cost = cost;
    this.#limiter = limiter;
    this.#subject = subject;
    this.#options = options;
    this.#sinceMs = sinceMs;
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
    const before = this.cost;
    if (actualCost < before && this.#limiter.refund === undefined) {
      throw new TypeError("this limiter cannot give back; use one with refund, or settle for more");
    }
    if (actualCost === before) return true;
    if (actualCost < before) {
      // What is not given back at once is owed: it must not be asked for again.
      this.cost = actualCost;
      return this.#giveBack(before - actualCost);
    }
    const { outcome } = await this.#limiter.decide(this.#subject, actualCost - before, this.#options);
    if (outcome !== "allowed") return false;
    this.cost = actualCost;
    return true;
  }

  async #giveBack(cost: number): Promise<boolean> {
    const options = { ...this.#options, ageMs: performance.now() - this.#sinceMs };
    return (await this.#limiter.refund?.(this.#subject, cost, options)) !== false;
  }
}
