import { described } from "./described.ts";
import type { LimiterOptions } from "./limiter-options.ts";
import { algorithmNamed, CHOOSE_ALGORITHM, policiesMistakes } from "./policy-mistakes.ts";
import { redisMistakes } from "./redis-mistakes.ts";
import { isRecord, wrongNames } from "./wrong-names.ts";

const NAMES = Object.keys({
  redis: true,
  policies: true,
  algorithm: true,
  prefix: true,
  tag: true,
  deadlineMs: true,
  replica: true,
  maxKeys: true,
  registry: true,
} satisfies Record<keyof LimiterOptions, true>);

/** Everything that is wrong with `options`, whatever plain JavaScript has given; empty if nothing is. */
export function mistakesIn(options: LimiterOptions): readonly string[] {
  const given: unknown = options;
  if (!isRecord(given)) return [`the options are ${described(given)}; give { redis, policies }`];
  const { redis, policies, algorithm = "sliding-log", prefix = "gatecrash", tag } = given;
  const { deadlineMs = 50, replica = { index: 0, count: 1 }, maxKeys = 1, registry } = given;
  const subjects = subjectsOf(policies);
  return [
    ...wrongNames(given, NAMES),
    ...redisMistakes(redis),
    ...(isRecord(redis) && Array.isArray(redis.cluster) ? placeMistakes(subjects, tag) : []),
    ...policiesMistakes(policies, algorithm),
    ...(algorithmNamed(algorithm) === undefined
      ? [`algorithm ${described(algorithm)} is not known; ${CHOOSE_ALGORITHM}`]
      : []),
    ...prefixMistakes(prefix),
    ...tagMistakes(subjects, tag),
    ...(typeof deadlineMs === "number" && deadlineMs >= 1 && deadlineMs <= 60_000
      ? []
      : [`deadlineMs is ${described(deadlineMs)}; give milliseconds from 1 to 60000`]),
    ...replicaMistakes(replica),
    ...(Number.isSafeInteger(maxKeys) && Number(maxKeys) >= 1
      ? []
      : [`maxKeys is ${described(maxKeys)}; give a whole number of at least 1`]),
    ...(registry === undefined || (isRecord(registry) && typeof registry.registerMetric === "function")
      ? []
      : [`registry is ${described(registry)}; give a Registry of prom-client, or leave it out`]),
  ];
}

/** By which subjects the policies limit, as far as they say. */
function subjectsOf(policies: unknown): readonly string[] {
  if (!Array.isArray(policies)) return [];
  const named = policies.map((policy: unknown) => (isRecord(policy) ? policy.by : undefined));
  return [...new Set(named.filter((by) => typeof by === "string"))];
}

function placeMistakes(subjects: readonly string[], tag: unknown): readonly string[] {
  if (subjects.length < 2 || tag !== undefined) return [];
  return [
    `the policies limit by ${subjects.join(", ")}, whose keys are on different nodes of the cluster, so that no step can charge all; set tag to the subject that comprises the others`,
  ];
}

function prefixMistakes(prefix: unknown): readonly string[] {
  if (typeof prefix !== "string") return [`prefix is ${described(prefix)}; give a string`];
  if (!prefix.isWellFormed()) return ["prefix has half a surrogate pair; use whole characters"];
  if (!/[{}]/.test(prefix)) return [];
  return [`prefix "${prefix}" has a brace; braces are for the cluster's hash tag, leave them out`];
}

function tagMistakes(subjects: readonly string[], tag: unknown): readonly string[] {
  if (tag === undefined) return [];
  if (tag === "") return ["tag is empty; name one of the subjects, or leave it out"];
  if (typeof tag !== "string") return [`tag is ${described(tag)}; name one of the subjects, or leave it out`];
  if (subjects.length > 0) return [];
  return [`tag is "${tag}", but no policy says by which subject it limits; leave tag out`];
}

function replicaMistakes(replica: unknown): readonly string[] {
  if (!isRecord(replica)) return [`replica is ${described(replica)}; give { index, count }`];
  const { index, count } = replica;
  const isIndex =
    Number.isSafeInteger(index) &&
    Number.isSafeInteger(count) &&
    Number(index) >= 0 &&
    Number(index) < Number(count);
  return [
    ...wrongNames(replica, ["index", "count"], "replica."),
    ...(isIndex
      ? []
      : [
          `replica is ${described(index)} of ${described(count)}; give whole numbers, index from 0 to count - 1`,
        ]),
  ];
}
