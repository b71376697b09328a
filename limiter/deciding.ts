import type { Row } from "./algorithms/decide-script.ts";
import type { Asking } from "./batch.ts";
import { type Decision, decisionOf } from "./decision.ts";
import type { LimiterMetrics } from "./metrics.ts";
import type { RedisTrouble } from "./redis-link.ts";
import type { Charged, WithoutRedis } from "./without-redis.ts";

/** What decisions of one limiter have in common. */
export interface DecidingContext {
  readonly names: readonly string[];
  readonly metrics: LimiterMetrics;
  readonly withoutRedis: WithoutRedis;
  /** Gives back what Redis charged to somebody who was refused. */
  readonly giveBack: (charged: Charged, sinceMs: number) => void;
  /** The same, once Redis has been told of all that this process admitted without it. */
  readonly giveBackLater: (charged: Charged, sinceMs: number) => void;
}

/** What a decision counts as in the metrics: `nowhere` if it corrects another for the same request. */
export type Counts = "enforced" | "shadow" | "nowhere";

/** One decision on its way. */
export class Deciding implements Asking {
  readonly mode = "decide";
  readonly cost: number;
  readonly keys: readonly string[];
  readonly rows: readonly Row[] | undefined;
  readonly promise: Promise<Decision>;
  readonly #context: DecidingContext;
  readonly #counts: Counts;
  readonly #startedMs: number = performance.now();
  /** Whether the gate keeps a place for it. */
  #isReserved = false;
  /** What the caller was told without Redis, and when. */
  #told: Decision | undefined;
  #toldMs = 0;
  #resolve: (decision: Decision) => void = () => {};

  constructor(
    context: DecidingContext,
    cost: number,
    keys: readonly string[],
    rows: readonly Row[] | undefined,
    counts: Counts,
  ) {
    this.#context = context;
    this.cost = cost;
    this.keys = keys;
    this.rows = rows;
    this.#counts = counts;
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Decides without asking Redis, if that is what holds now; else Redis is to be asked. */
  isDecided(): boolean {
    const { withoutRedis } = this.#context;
    if (withoutRedis.phase === "redis") return false;
    if (withoutRedis.phase === "lost") {
      this.failed("not-asked");
      return true;
    }
    const denial = withoutRedis.reserve(this, this.#startedMs);
    this.#isReserved = denial === undefined;
    if (denial === undefined) return false;
    this.#settle(denial, this.#startedMs);
    return true;
  }

  answered(reply: readonly number[], at: number): void {
    const decision = decisionOf(reply, this.#context.names, at);
    const nowMs = performance.now();
    const isAllowed = decision.outcome === "allowed";
    this.#learn(reply, at, isAllowed ? this.cost : 0, nowMs);
    if (!isAllowed) this.#release();
    this.#settle(decision, nowMs);
  }

  failed(trouble: RedisTrouble): void {
    const { metrics, withoutRedis } = this.#context;
    if (this.#counts !== "nowhere") metrics.redisFailed(trouble);
    this.#release();
    this.#toldMs = performance.now();
    this.#told = withoutRedis.decide(this, this.#toldMs);
    this.#settle(this.#told, this.#toldMs);
  }

  turnedOut(isCharged: boolean, reply?: readonly number[], at = 0): void {
    const { withoutRedis, giveBack } = this.#context;
    if (this.#told === undefined) return;
    const nowMs = performance.now();
    const charged = isCharged ? withoutRedis.givesBack(this, this.#told, this.#toldMs, nowMs) : undefined;
    // What is given back is not this process's own; what is not was counted when the caller was told.
    const keeps = isCharged && charged === undefined && this.#told.outcome === "allowed";
    if (reply !== undefined) this.#learn(reply, at, keeps ? this.cost : 0, nowMs, "counted");
    if (charged !== undefined) giveBack(charged, this.#startedMs);
  }

  #learn(reply: readonly number[], at: number, admitted: number, nowMs: number, as?: "counted"): void {
    const reserved = as === "counted" || (this.#isReserved && admitted > 0);
    const heard = { reply, at, admitted, reserved, sentMs: this.#startedMs, receivedMs: nowMs };
    this.#context.withoutRedis.learn(this, heard);
  }

  #release(): void {
    if (this.#isReserved) this.#context.withoutRedis.release(this);
    this.#isReserved = false;
  }

  #settle(decision: Decision, nowMs: number): void {
    const seconds = (nowMs - this.#startedMs) / 1_000;
    if (this.#counts !== "nowhere") this.#context.metrics.decided(decision, seconds, this.#counts);
    this.#resolve(decision);
  }
}
