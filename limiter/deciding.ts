import type { Row } from "./algorithms/decide-script.ts";
import type { Asking } from "./batch.ts";
import { type Decision, decisionOf, letIn, unavailable } from "./decision.ts";
import type { LimiterMetrics } from "./metrics.ts";
import type { RedisTrouble } from "./redis-link.ts";

/** What decisions of one limiter have in common. */
export interface DecidingContext {
  readonly names: readonly string[];
  readonly metrics: LimiterMetrics;
  /** What happens when Redis cannot decide. */
  readonly fallback: "open" | "closed";
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
    this.#settle(decisionOf(reply, this.#context.names, at));
  }

  failed(trouble: RedisTrouble): void {
    const { metrics, names, fallback } = this.#context;
    metrics.redisFailed(trouble);
    const policy = names[0] ?? "";
    this.#settle(fallback === "open" ? letIn(policy) : unavailable(policy));
  }

  turnedOut(charged: boolean): void {
    if (charged && this.#context.fallback === "closed") this.#context.giveBack(this);
  }

  #settle(decision: Decision): void {
    const seconds = (performance.now() - this.#startedMs) / 1_000;
    this.#context.metrics.decided(decision, seconds, this.#metricsMode);
    this.#resolve(decision);
  }
}
