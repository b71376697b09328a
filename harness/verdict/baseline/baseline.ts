import { z } from "zod";
import type { Policy } from "../../../limiter/policy.ts";
import { Refusal } from "../../refusal.ts";

export const baselineSchemaVersion = 1;

/** Fewer trials than this show no noise. */
export const fewestTrials = 3;

/** What one number came to, trial by trial; accuracy by its proof and by its estimate. */
export type TrialValues =
  | readonly number[]
  | { readonly proved: readonly number[]; readonly estimate: readonly number[] };

/** What several trials of one scenario on one limiter came to, small enough to be committed. */
export interface Baseline {
  readonly schemaVersion: typeof baselineSchemaVersion;
  readonly scenario: string;
  readonly variant: string;
  /** What the trials ran on: what has grown elsewhere may have grown because of that. */
  readonly environment: {
    readonly gatecrash: string;
    readonly node: string;
    readonly platform: string;
    readonly cpus: string;
    readonly redis: string;
  };
  readonly policies: readonly Policy[];
  readonly replicas: number;
  /** Requests that each paced, judged phase asked for, in the mean. */
  readonly offered: Readonly<Record<string, number>>;
  /** Of the first trial. */
  readonly startedAt: string;
  readonly trials: number;
  /** A growth of more than this share is to be found; where the noise hides it, a number is not gated. */
  readonly findsShare: number;
  /** The proofs that passed in every trial. */
  readonly proofs: readonly string[];
  /** By the expression that reads them. */
  readonly numbers: Readonly<Record<string, TrialValues>>;
}

const values = z.array(z.number()).min(fewestTrials);

const policy = z.strictObject({
  name: z.string(),
  limit: z.number(),
  windowMs: z.number(),
  burst: z.number().exactOptional(),
  by: z.string().exactOptional(),
} satisfies Record<keyof Policy, z.ZodType>);

const schema: z.ZodType<Baseline> = z.strictObject({
  schemaVersion: z.literal(baselineSchemaVersion),
  scenario: z.string(),
  variant: z.string(),
  environment: z.strictObject({
    gatecrash: z.string(),
    node: z.string(),
    platform: z.string(),
    cpus: z.string(),
    redis: z.string(),
  }),
  policies: z.array(policy),
  replicas: z.number(),
  offered: z.record(z.string(), z.number()),
  startedAt: z.string(),
  trials: z.int().min(fewestTrials),
  findsShare: z.number().positive(),
  proofs: z.array(z.string()),
  numbers: z.record(z.string(), z.union([values, z.strictObject({ proved: values, estimate: values })])),
});

/** The baseline in the text of a file. Throws a `Refusal` that names `file` and the first thing that is wrong with it. */
export function parseBaseline(text: string, file: string): Baseline {
  const parsed = schema.safeParse(jsonOf(text, file));
  if (parsed.success && hasAllTrials(parsed.data)) return parsed.data;
  const [issue] = parsed.error?.issues ?? [];
  const why =
    issue === undefined ? "its numbers are not of all trials" : `${issue.path.join(".")}: ${issue.message}`;
  throw new Refusal(
    `${file} is no baseline of schema version ${baselineSchemaVersion} (${why}): save one with npm run baseline -- save RUNS.`,
  );
}

function hasAllTrials({ trials, numbers }: Baseline): boolean {
  return Object.values(numbers).every((one) =>
    "proved" in one ? one.proved.length === trials && one.estimate.length === trials : one.length === trials,
  );
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal(`${file} is no baseline: it is not JSON.`, { cause });
  }
}
