// biome-ignore-all lint/performance/noBarrelFile: an entry of the installed package
export type { Policy } from "../limiter/policy.ts";
export { type ChaosStory, chaosStory, type StoryPhase } from "./chaos-story.ts";
export { accuracy } from "./checkers/accuracy.ts";
export { type AnswersEverythingOptions, answersEverything } from "./checkers/answers-everything.ts";
export type { Checker } from "./checkers/checker.ts";
export { type DecidesInTimeOptions, decidesInTime } from "./checkers/decides-in-time.ts";
export { type FallbackAsDeclaredOptions, fallbackAsDeclared } from "./checkers/fallback-as-declared.ts";
export { faultsTookEffect } from "./checkers/faults-took-effect.ts";
export { givesBack } from "./checkers/gives-back.ts";
export { type HeadersAreHonestOptions, headersAreHonest } from "./checkers/headers-are-honest.ts";
export { type IsolatesKeysOptions, isolatesKeys } from "./checkers/isolates-keys.ts";
export { type KeysExpireOptions, keysExpire } from "./checkers/keys-expire.ts";
export { type LatencyWithinOptions, latencyWithin } from "./checkers/latency-within.ts";
export { loadQuality } from "./checkers/load-quality.ts";
export { type MemoryFlatOptions, memoryFlat } from "./checkers/memory-flat.ts";
export { type MetricsTellTheTruthOptions, metricsTellTheTruth } from "./checkers/metrics-tell-the-truth.ts";
export { type NoFalseDenialsOptions, noFalseDenials } from "./checkers/no-false-denials.ts";
export { obedientGetIn } from "./checkers/obedient-get-in.ts";
export { type RecoversWithinOptions, recoversWithin } from "./checkers/recovers-within.ts";
export { type RedisCostOptions, redisCost } from "./checkers/redis-cost.ts";
export type { LoadQualityOptions } from "./checkers/schedule-doubts.ts";
export { type WithinBoundOptions, withinBound } from "./checkers/within-bound.ts";
export type { Fault } from "./faults/fault.ts";
export { type GatewayBusyOptions, gatewayBusy } from "./faults/gateway-busy.ts";
export { type GatewayClockOptions, gatewayClock } from "./faults/gateway-clock.ts";
export { gatewayFreeze } from "./faults/gateway-freeze.ts";
export { gatewayKill } from "./faults/gateway-kill.ts";
export { type LimitDataOptions, limitData } from "./faults/limit-data.ts";
export type { Moment, PlannedFault } from "./faults/planned-fault.ts";
export { type RedisBandwidthOptions, redisBandwidth } from "./faults/redis-bandwidth.ts";
export { redisBlackhole } from "./faults/redis-blackhole.ts";
export { type RedisClockOptions, redisClock } from "./faults/redis-clock.ts";
export { redisDown } from "./faults/redis-down.ts";
export { type RedisErrorOptions, redisError } from "./faults/redis-error.ts";
export { type RedisFailoverOptions, redisFailover } from "./faults/redis-failover.ts";
export { redisFreeze } from "./faults/redis-freeze.ts";
export { redisKill } from "./faults/redis-kill.ts";
export { type RedisLatencyOptions, redisLatency } from "./faults/redis-latency.ts";
export { type RedisOutOfMemoryOptions, redisOutOfMemory } from "./faults/redis-out-of-memory.ts";
export { redisReadOnly } from "./faults/redis-read-only.ts";
export { type RedisResetOptions, redisReset } from "./faults/redis-reset.ts";
export { redisRestart } from "./faults/redis-restart.ts";
export { type RedisSlicerOptions, redisSlicer } from "./faults/redis-slicer.ts";
export { type ReplyLostOptions, replyLost } from "./faults/reply-lost.ts";
export {
  type DuringOptions,
  during,
  type FlappingOptions,
  flapping,
  type InTurnOptions,
  inTurn,
} from "./faults/schedule.ts";
export { type ScriptFlushOptions, scriptFlush } from "./faults/script-flush.ts";
export { type SlowCloseOptions, slowClose } from "./faults/slow-close.ts";
export { type SlowScriptOptions, slowScript } from "./faults/slow-script.ts";
export { type AheadOfEdgesOptions, aheadOfEdges } from "./load/ahead-of-edges.ts";
export type { Arrival, Load } from "./load/arrival.ts";
export { type BurstTrainsOptions, burstTrains } from "./load/burst-trains.ts";
export { type ConstantOptions, constant } from "./load/constant.ts";
export type { KeyChooser } from "./load/key-chooser.ts";
export { merged } from "./load/merged.ts";
export { type PoissonOptions, poisson } from "./load/poisson.ts";
export { type RampOptions, ramp } from "./load/ramp.ts";
export { type Random, seededRandom } from "./load/random.ts";
export { type RefundedOptions, refunded } from "./load/refunded.ts";
export { sequence } from "./load/sequence.ts";
export { type StickyOptions, sticky } from "./load/sticky.ts";
export { type TakingTurnsOptions, takingTurns } from "./load/taking-turns.ts";
export { type KeyShare, weightedKeys } from "./load/weighted-keys.ts";
export { type ReplicaWeights, weightedReplicas } from "./load/weighted-replicas.ts";
export { type WindowEdgeOptions, windowEdge } from "./load/window-edge.ts";
export { type ZipfKeysOptions, zipfKeys } from "./load/zipf-keys.ts";
export { type LoadStory, loadStory } from "./load-story.ts";
export type { PacedPhase, Phase, SaturatingPhase, Scenario, ScenarioRequest } from "./scenario.ts";
export { type WarmUpOptions, warmUp } from "./warm-up.ts";
