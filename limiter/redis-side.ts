import type { Asking } from "./batch.ts";
import type { DecidingContext } from "./deciding.ts";
import type { LimiterOptions } from "./limiter-options.ts";
import type { LimiterMetrics } from "./metrics.ts";
import type { Questions } from "./questions.ts";

/** Where some keys are decided, and what is known of them when Redis does not answer. */
export interface Place {
  readonly context: DecidingContext;
  /** Asks Redis, together with what else is asked in this turn of the event loop. */
  readonly add: (asking: Asking) => void;
}

/** The Redis behind a limiter: one server, or a cluster. */
export interface RedisSide {
  /** The place of a request with these keys; all requests with the same keys have the same. */
  readonly placeOf: (keys: readonly string[]) => Place;
  /** Waits until every key can be decided by Redis, for at most `withinMs`; whether it can. */
  readonly connected: (withinMs: number) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** What a limiter gives its {@link RedisSide}. */
export interface RedisSideOptions<RedisOption = LimiterOptions["redis"]>
  extends Omit<LimiterOptions, "redis"> {
  readonly redis: RedisOption;
  readonly algorithm: NonNullable<LimiterOptions["algorithm"]>;
  readonly prefix: string;
  readonly deadlineMs: number;
  readonly put: Questions;
  readonly metrics: LimiterMetrics;
}
