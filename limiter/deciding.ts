import type { Row } from "./algorithms/decide-script.ts";
import type { Asking } from "./batch.ts";
import { type Decision, decisionOf } from "./decision.ts";
import type { LimiterMetrics } from "./metrics.ts";
import type { RedisTrouble } from "./redis-link.ts";
import type { WithoutRedis } from "./without-redis.ts";

/** What decisions of one limiter have in common. */
export interface DecidingContext {
  readonly names: readonly string[];
  readonly metrics: LimiterMetrics;
  readonly withoutRedis: WithoutRedis;
  /** Gives back what Redis charged to somebody who was refused. */
  readonly giveBack: (charged: Asking) => void;
}

/** One decision on its way. */
export class Deciding implements Asking {
  readonly mode = "decide";
  readonly cost: number;
  readonly keys: readonly string[];
  readonly rows: readonly Row[] | undefined;
  readonly promise: Promise<Decision>;
  readonly #context: DecidingContext;
  readonly #metricsMode: "enforced" | "shadow";
  readonly #startedMs: number = performance.now();
  /** What the caller was told without Redis. */
  #told: Decision | undefined;
  #resolve: (decision: Decision) => void = () => {};

  constructor(
    context: DecidingContext,
    cost: number,
    keys: readonly string[],
    rows: readonly Row[] | undefined,
    metricsMode: "enforced" | "shadow",
  ) {
    this.#context = context;
    this.cost = cost;
    this.keys = keys;
    this.rows = rows;
    this.#metricsMode = metricsMode;
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  answered(reply: readonly number[], at: number): void {
    const { names, withoutRedis } = this.#context;
    const decision = decisionOf(reply, names, at);
    const nowMs = performance.now();
    withoutRedis.learn?.(this, decision, this.#startedMs, nowMs);
    this.#settle(decision, nowMs);
  }

  failed(trouble: RedisTrouble): void {
    const { metrics, withoutRedis } = this.#context;
    metrics.redisFailed(trouble);
    const nowMs = performance.now();
    this.#told = withoutRedis.decide(this, nowMs);
    this.#settle(this.#told, nowMs);
  }

  turnedOut(isCharged: boolean): void {
    const { withoutRedis, giveBack } = this.#context;
    if (isCharged && this.#told !== undefined && withoutRedis.givesBack(this, this.#told)) giveBack(this);
  }

  #settle(decision: Decision, nowMs: number): void {
    const seconds = (nowMs - this.#startedMs) / 1_000;
    this.#context.metrics.decided(decision, seconds, this.#metricsMode);
    this.#resolve(decision);
  }
}
