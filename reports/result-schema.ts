import { z } from "zod";
import { Refusal } from "../harness/refusal.ts";
import { type Result, resultSchemaVersion } from "../harness/verdict/result.ts";
import type { Promised, Promises, WithoutRedisPromise } from "../limiter/promised.ts";

/** JSON has no word for these three numbers; `result.json` writes them as strings. */
const measured = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)]);
const amount = z.int().min(0);
const verdict = z.enum(["pass", "fail", "inconclusive"]);
const findingVerdict = z.enum(["pass", "fail", "inconclusive", "not-applicable"]);
const triple = z.strictObject({ proved: measured, estimate: measured, atMost: measured });

const policy = z.strictObject({
  name: z.string(),
  limit: amount,
  windowMs: amount,
  burst: amount.exactOptional(),
  by: z.string().exactOptional(),
});

/** A schema for every key, so that none can be forgotten. */
type ShapeOf<T> = Record<keyof T, z.ZodType>;
type CurveShape<Kind extends Promised["kind"]> = ShapeOf<Extract<Promised, { readonly kind: Kind }>>;

const window = {
  kind: z.literal("window"),
  limit: z.number(),
  windowMs: z.number(),
  stampedBefore: z.boolean().exactOptional(),
} satisfies CurveShape<"window">;

const rate = {
  kind: z.literal("rate"),
  burst: z.number(),
  limit: z.number(),
  windowMs: z.number(),
  stampedBefore: z.boolean().exactOptional(),
} satisfies CurveShape<"rate">;

const twoCounters = {
  kind: z.literal("two-counters"),
  limit: z.number(),
  windowMs: z.number(),
  floorsPrevious: z.boolean().exactOptional(),
  phase: z.enum(["epoch", "unknown"]).exactOptional(),
  stampedBefore: z.boolean().exactOptional(),
} satisfies CurveShape<"two-counters">;

const fixed = {
  kind: z.literal("fixed"),
  limit: z.number(),
  windowMs: z.number(),
  phase: z.enum(["epoch", "first-hit", "unknown"]),
} satisfies CurveShape<"fixed">;

const promised: z.ZodType<Promised> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.strictObject(window),
    z.strictObject(rate),
    z.strictObject(twoCounters),
    z.strictObject(fixed),
    z.strictObject({ kind: z.literal("sum"), parts: z.array(promised) }),
    z.strictObject({ kind: z.literal("unlimited") }),
    z.strictObject({ kind: z.literal("none") }),
  ]),
);

type AloneShape<Kind extends WithoutRedisPromise["kind"]> = ShapeOf<
  Extract<WithoutRedisPromise, { readonly kind: Kind }>
>;

const times = {
  deadlineMs: z.number(),
  probeIntervalMs: z.number(),
  isReturnUndeclared: z.boolean().exactOptional(),
  cutChargesWithinMs: z.number().exactOptional(),
};

const openOrClosed = { kind: z.enum(["open", "closed"]), ...times } satisfies AloneShape<"open" | "closed">;

const local = {
  kind: z.literal("local"),
  share: z.enum(["equal", "observed"]),
  writesBack: z.boolean(),
  mergesWithinMs: z.number().exactOptional(),
  holdsBackMs: z.number().exactOptional(),
  ...times,
} satisfies AloneShape<"local">;

const withoutRedis = z.union([z.strictObject(openOrClosed), z.strictObject(local)]);

const promises = z.strictObject({
  upper: promised,
  lower: promised,
  clockResolutionMs: z.number(),
  stateHorizonMs: measured.exactOptional(),
  refundsAgedMs: measured.exactOptional(),
  deniedConsumes: z.boolean(),
  isPerReplica: z.boolean().exactOptional(),
  addsAtMostMs: z.number().nullable().exactOptional(),
  outlastsStepBackMs: z.number().exactOptional(),
  withoutRedis: withoutRedis.exactOptional(),
} satisfies ShapeOf<Promises>);

const load = z.strictObject({
  offered: amount,
  sent: amount,
  dropped: amount,
  achievedRatePerSecond: measured,
  sendingMs: measured.exactOptional(),
  sendLagMs: z.strictObject({ p50: measured, p99: measured, max: measured }),
});

const outcomes = z.strictObject({
  allowed: amount,
  denied: amount,
  unavailable: amount,
  errors: amount,
  lost: amount,
});

const accuracy = z.strictObject({
  wronglyAllowedShare: triple,
  wronglyDeniedShare: triple,
  worstAdmittedRatio: triple,
});

const latency = z.strictObject({
  p50: measured,
  p90: measured,
  p99: measured,
  p999: measured,
  max: measured,
});

const phase = z.strictObject({
  name: z.string(),
  model: z.enum(["open", "saturate"]),
  role: z.enum(["warmup", "judged"]),
  fromMs: z.number(),
  untilMs: z.number(),
  load,
  outcomes,
  latencyMs: latency.nullable(),
});

const fault = z.strictObject({
  name: z.string(),
  legend: z.string(),
  replicas: z.array(amount),
  atMs: z.number(),
  injectedMs: z.number(),
  healingMs: z.number(),
  untilMs: z.number(),
  losesState: z.union([z.enum(["none", "all"]), z.strictObject({ suffixMs: z.number() })]),
  cutsOff: z.boolean().exactOptional(),
  breaksRedis: z.boolean().exactOptional(),
  clockStepMs: z.number().exactOptional(),
  verified: z.string().nullable(),
  healed: z.string().nullable(),
});

const witness = z.strictObject({
  subject: z.string(),
  policy: z.string(),
  fromMs: z.number(),
  untilMs: z.number(),
  cost: measured,
  bound: measured,
  rows: z.array(amount),
  rowCount: amount,
});

const finding = z.strictObject({
  checker: z.string(),
  kind: z.enum(["proof", "measurement", "quality"]),
  verdict: findingVerdict,
  summary: z.string(),
  numbers: z.record(z.string(), z.union([measured, triple])),
  witness: witness.exactOptional(),
  notes: z.array(z.string()).exactOptional(),
});

const gate = z.strictObject({
  expression: z.string(),
  actual: z.union([measured, triple]).nullable(),
  verdict: findingVerdict,
  summary: z.string(),
});

const environment = z.strictObject({
  gatecrash: z.string(),
  node: z.string(),
  platform: z.string(),
  cpus: z.string(),
  redis: z.string(),
});

/** What `result.json` may hold, and nothing else; reads numbers that are not finite from their strings. */
export const resultSchema: z.ZodType<Result> = z.strictObject({
  schemaVersion: z.literal(resultSchemaVersion),
  scenario: z.string(),
  variant: z.string(),
  about: z.string(),
  seed: z.int(),
  command: z.string(),
  verdict,
  exitCode: amount,
  reason: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  environment,
  replicas: amount,
  policies: z.array(policy),
  promises: z.array(promises),
  load,
  outcomes,
  accuracy: accuracy.nullable(),
  latencyMs: latency.nullable(),
  phases: z.array(phase),
  faults: z.array(fault),
  findings: z.array(finding),
  gates: z.array(gate),
});

/** The text of `reports/result.schema.json`: JSON Schema 2020-12 of what stands in a `result.json`. */
export function resultJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(resultSchema, { io: "input" });
  const title = `Gatecrash result, schema version ${resultSchemaVersion}`;
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

/** The result in the text of a `result.json`. Throws a `Refusal` that names the first thing that is wrong. */
export function parseResult(text: string): Result {
  const parsed = resultSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join(".") || "the whole file";
  throw new Refusal(
    `This is no result of schema version ${resultSchemaVersion}: ${place}: ${issue?.message}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal("This is no result: the file is not JSON, perhaps cut off; run the scenario again.", {
      cause,
    });
  }
}
