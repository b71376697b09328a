import type { Asking } from "./batch.ts";
import { letIn, unavailable } from "./decision.ts";
import { createFallback, type Fallback, type FallbackPhase } from "./fallback/fallback.ts";
import { type Keeper, type Keepers, keepers } from "./fallback/keepers.ts";
import { repairing } from "./fallback/repairing.ts";
import { fallbacks, type Part } from "./fallbacks.ts";
import type { AlgorithmName, LimiterOptions, LimiterPolicy } from "./limiter-options.ts";
import type { Questions } from "./questions.ts";
import type { Tellers } from "./tellers.ts";
import type { Charged, RefundWay, WithoutRedis } from "./without-redis.ts";

export interface KeepDecidingOptions extends Pick<LimiterOptions, "replica" | "maxKeys"> {
  readonly policies: readonly LimiterPolicy[];
  readonly algorithm: AlgorithmName;
  readonly put: Questions;
  /** Sends a question to Redis. */
  readonly add: (asking: Asking) => void;
  /** How long the gate is kept at least, in milliseconds. */
  readonly gateMs: number;
  /** For whom the gate is kept for longer. @default nobody */
  readonly tellers?: Tellers;
  readonly onKeys: (policy: string, count: number) => void;
  /** Redis is back, and has been told of all that was admitted without it. */
  readonly onRepaired: () => void;
}

/** Between two questions whether others are still telling. */
const ASK_AGAIN_MS = 100;

const micros = (ms: number): number => Math.floor(ms * 1_000);

/** Keeps deciding when Redis does not, each policy by its `fallback`. The order of things is in `fallback/fallback.ts`. */
export function keepDeciding(options: KeepDecidingOptions): WithoutRedis {
  return new KeptDeciding(options);
}

class KeptDeciding implements WithoutRedis {
  phase: FallbackPhase = "redis";
  readonly #options: KeepDecidingOptions;
  readonly #keepers: readonly (Keepers | undefined)[];
  readonly #keys: number[];
  readonly #fallbacks: ReturnType<typeof fallbacks>;
  readonly #repairing: ReturnType<typeof repairing>;
  /** When phase `lost` began, and when it ended. */
  #lostMs = 0;
  #recoveredMs = 0;
  /** Recoveries so far; the one whose repairs have begun; the one whose repairs are done. */
  #recovery = 0;
  #repaired = { begun: 0, done: 0 };
  #repairsBeganUs = Number.NEGATIVE_INFINITY;
  #repairsEndedUs = Number.NEGATIVE_INFINITY;
  #gateEndsMs = 0;
  #gateTimer: NodeJS.Timeout | undefined;

  constructor(options: KeepDecidingOptions) {
    this.#options = options;
    const { policies } = options;
    this.#keepers = policies.map((policy, i) => this.#keepersFor(policy, i));
    this.#keys = policies.map(() => 0);
    this.#fallbacks = fallbacks(policies, (i) => this.#keepers[i], options.put.policyOf);
    this.#repairing = repairing({
      keepers: () => this.#all(),
      add: options.add,
      // What was cut before, and is settled only now, does not begin the repairs too soon.
      isAble: () => this.phase === "gate" && this.#repaired.begun === this.#recovery,
      nowUs: () => micros(performance.now()),
      onDone: () => {
        this.#repaired.done = this.#repaired.begun;
        this.#repairsEndedUs = micros(performance.now());
        options.tellers?.done();
        options.onRepaired();
        this.#forgetIfDue();
      },
    });
  }

  decide(asking: Asking, nowMs: number) {
    // Redis decides others: this one has a key that holds something else.
    if (this.phase !== "lost") return this.#withoutKeys();
    const decision = this.#fallbacks.decide(asking, micros(nowMs));
    this.#countKeys();
    return decision;
  }

  peek(asking: Asking, nowMs: number) {
    return this.phase === "lost" ? this.#fallbacks.peek(asking, micros(nowMs)) : this.#withoutKeys();
  }

  foresee(asking: Asking, nowMs: number) {
    if (this.phase === "redis") return undefined;
    return this.phase === "lost" ? this.peek(asking, nowMs) : this.#fallbacks.denies(asking, micros(nowMs));
  }

  reserve(asking: Asking, nowMs: number) {
    const denial = this.#fallbacks.reserve(asking, micros(nowMs));
    this.#countKeys();
    return denial;
  }

  release(asking: Asking): void {
    for (const { fallback, key } of this.#fallbacks.partsOf(asking))
      fallback?.release(key, asking.cost, "gated");
  }

  refund(asking: Asking, nowMs: number): RefundWay {
    const { chargedSinceMs, cost } = asking;
    if (this.phase !== "lost") {
      const isTold = this.phase === "redis" || this.#repaired.done === this.#recovery;
      // What began since Redis is back was charged by it.
      return isTold || (chargedSinceMs ?? 0) >= this.#recoveredMs ? "ask" : "later";
    }
    // What may have been charged by Redis cannot be given back here.
    if (chargedSinceMs !== undefined && chargedSinceMs < this.#lostMs) return "later";
    const sinceUs = micros(chargedSinceMs ?? Number.NEGATIVE_INFINITY);
    // Others than `local` have charged nothing since.
    const taken = this.#fallbacks
      .partsOf(asking)
      .flatMap(({ fallback, key }) => fallback?.undo(key, cost, sinceUs, micros(nowMs)) ?? []);
    // Of what was charged here nothing is left but what no longer counts. What is missing else, Redis may have charged.
    const isWhole = taken.length > 0 && Math.min(...taken) === cost;
    return chargedSinceMs !== undefined || isWhole ? "done" : "later";
  }

  learn(
    asking: Asking,
    { reply, at, sentMs, receivedMs, admitted, reserved }: Parameters<WithoutRedis["learn"]>[1],
  ) {
    const [sentUs, receivedUs] = [micros(sentMs), micros(receivedMs)];
    const { keys, rows } = asking;
    for (let i = 0; i < this.#keepers.length; i++) {
      const fallback = this.#keepers[i]?.of(rows?.[i])?.fallback;
      const place = at + 3 * i;
      const [remaining, resetUs] = [reply[place + 1] ?? 0, reply[place + 3] ?? 0];
      fallback?.learn(keys[i] ?? "", { remaining, admitted, resetUs, sentUs, receivedUs, reserved });
    }
    this.#countKeys();
  }

  refunded(asking: Asking, reply: readonly number[], at: number): void {
    for (const [i, { fallback, key }] of this.#fallbacks.partsOf(asking).entries()) {
      fallback?.refunded(key, reply[at + 3 * i + 1] ?? 0);
    }
  }

  reset({ keys }: Asking, sentMs: number): boolean {
    const nowUs = micros(performance.now());
    for (const { fallback } of this.#all()) for (const key of keys) fallback.reset(key, nowUs);
    this.#repairing.drop(keys);
    this.#countKeys();
    // What was told while Redis was asked may have come after it had forgotten.
    const [beganUs, endedUs] = [this.#repairsBeganUs, this.#repairsEndedUs];
    return endedUs < beganUs ? false : endedUs < micros(sentMs);
  }

  givesBack(
    asking: Asking,
    told: { readonly outcome: string },
    toldMs: number,
    nowMs: number,
  ): Charged | undefined {
    // What no longer counts must not be taken from what does.
    const counting = this.#fallbacks
      .partsOf(asking)
      .map((part, i) => ({ ...part, row: asking.rows?.[i] ?? this.#options.put.usual[i] }))
      .filter(({ policy }) => nowMs - toldMs < policy.windowMs);
    if (told.outcome !== "allowed") return chargedOf(asking, counting, toldMs);
    const local = counting.filter(({ fallback }) => fallback !== undefined);
    if (micros(toldMs) < this.#repairsBeganUs) return chargedOf(asking, local, toldMs);
    // Redis has it already: it must not be told of it.
    for (const { fallback, key } of local) {
      fallback?.release(key, asking.cost, "local");
      fallback?.admit(key, asking.cost, micros(nowMs), "gated");
    }
    return undefined;
  }

  lost(nowMs: number, sentMs: number): void {
    if (this.phase !== "lost") this.#lostMs = nowMs;
    this.phase = "lost";
    clearTimeout(this.#gateTimer);
    this.#options.tellers?.pause();
    for (const { fallback } of this.#all()) fallback.lost(micros(nowMs), micros(sentMs));
  }

  recovered(nowMs: number, settled: Promise<void>): void {
    if (this.phase !== "lost") return;
    this.phase = "gate";
    this.#recoveredMs = nowMs;
    for (const { fallback } of this.#all()) fallback.recovered(micros(nowMs));
    this.#gateEndsMs = nowMs + this.#options.gateMs;
    clearTimeout(this.#gateTimer);
    this.#gateTimer = setTimeout(() => this.#forgetIfDue(), this.#options.gateMs + 1).unref();
    const recovery = ++this.#recovery;
    this.#options.tellers?.begin();
    // Of what was cut, and is in Redis, Redis need not be told.
    void settled.then(() => {
      if (this.phase !== "gate" || recovery !== this.#recovery) return;
      this.#repairsBeganUs = micros(performance.now());
      this.#repaired.begun = recovery;
      this.#repairing.begin(this.#repairsBeganUs);
    });
  }

  stateLost(nowMs: number): void {
    const was = this.phase;
    if (was === "redis") this.lost(nowMs, nowMs);
    this.#repairing.beginAnew(micros(nowMs));
    if (was !== "lost") {
      this.phase = "lost";
      this.recovered(nowMs, Promise.resolve());
    }
  }

  close(): void {
    clearTimeout(this.#gateTimer);
    this.#options.tellers?.pause();
  }

  *#all(): Generator<Keeper, void, void> {
    for (const one of this.#keepers) if (one !== undefined) yield* one.all();
  }

  #keepersFor(policy: LimiterPolicy, index: number): Keepers | undefined {
    const { put, maxKeys = 100_000 } = this.#options;
    const row = put.usual[index];
    if ((policy.fallback ?? "local") !== "local" || row === undefined) return undefined;
    const create = (limits: LimiterPolicy, most: number) => this.#inPhase(this.#fallbackFor(limits, most));
    return keepers({ policy, row, maxKeys, policyOf: put.policyOf, create });
  }

  #fallbackFor(policy: LimiterPolicy, maxKeys: number): Fallback {
    const { replica = { index: 0, count: 1 }, algorithm } = this.#options;
    const { share = "equal", minimumShare = 1 } = policy;
    return createFallback({
      policy,
      algorithm: policy.algorithm ?? algorithm,
      share,
      minimumShare,
      maxKeys,
      replicaIndex: replica.index,
      replicaCount: replica.count,
    });
  }

  #inPhase(fallback: Fallback): Fallback {
    const nowUs = micros(performance.now());
    if (this.phase !== "redis") fallback.lost(nowUs);
    if (this.phase === "gate") fallback.recovered(nowUs);
    return fallback;
  }

  #forgetIfDue(): void {
    const { tellers } = this.#options;
    if (!this.#isDue()) return;
    if (tellers === undefined) this.#forget();
    else void this.#forgetAfter(tellers);
  }

  #isDue(): boolean {
    const isTold = this.#repaired.done === this.#recovery;
    return this.phase === "gate" && performance.now() >= this.#gateEndsMs && isTold;
  }

  /** Others may have more to tell than there was time for. */
  async #forgetAfter(tellers: Tellers): Promise<void> {
    const recovery = this.#recovery;
    const areOthers = await tellers.areOthers();
    if (recovery !== this.#recovery || !this.#isDue()) return;
    clearTimeout(this.#gateTimer);
    if (areOthers) this.#gateTimer = setTimeout(() => this.#forgetIfDue(), ASK_AGAIN_MS).unref();
    else this.#forget();
  }

  #forget(): void {
    this.phase = "redis";
    for (const { fallback } of this.#all()) fallback.forget(micros(performance.now()));
  }

  #withoutKeys() {
    const { policies } = this.#options;
    const first = policies.find(({ fallback }) => fallback !== "open");
    return first === undefined ? letIn(policies[0]?.name ?? "") : unavailable(first.name);
  }

  #countKeys(): void {
    for (let i = 0; i < this.#keepers.length; i++) {
      const count = this.#keepers[i]?.keys() ?? 0;
      if (count === this.#keys[i]) continue;
      this.#keys[i] = count;
      this.#options.onKeys(this.#options.policies[i]?.name ?? "", count);
    }
  }
}

/** What these parts of `asking` were charged; undefined if there are none. */
function chargedOf(
  { cost }: Asking,
  parts: readonly (Part & { readonly row: Questions["usual"][number] | undefined })[],
  toldMs: number,
): Charged | undefined {
  if (parts.length === 0) return undefined;
  const untilMs = toldMs + Math.min(...parts.map(({ policy }) => policy.windowMs));
  const rows = parts.flatMap(({ row }) => (row === undefined ? [] : [row]));
  return { cost, keys: parts.map(({ key }) => key), rows, untilMs };
}
