import { burstMistakes } from "./algorithms/burst-mistakes.ts";
import { described } from "./described.ts";
import { ALGORITHMS, type LimiterPolicy } from "./limiter-options.ts";
import { isRecord, wrongNames } from "./wrong-names.ts";

const NAMES = Object.keys({
  name: true,
  limit: true,
  windowMs: true,
  burst: true,
  algorithm: true,
  by: true,
  fallback: true,
  share: true,
  minimumShare: true,
} satisfies Record<keyof LimiterPolicy, true>);

/** Everything that is wrong with the policies, whatever they are; `algorithm` is for those that name none. */
export function policiesMistakes(policies: unknown, algorithm: unknown): readonly string[] {
  if (policies === undefined) return ["policies is missing; give at least one { name, limit, windowMs }"];
  if (!Array.isArray(policies))
    return [`policies is ${described(policies)}; give a list of { name, limit, windowMs }`];
  if (policies.length === 0) return ["policies is empty; give at least one { name, limit, windowMs }"];
  const listed = [...policies] as readonly unknown[];
  return [
    ...nameMistakes(listed.filter(isRecord)),
    ...listed.flatMap((policy, index) =>
      isRecord(policy)
        ? policyMistakes(policy, index, policy.algorithm ?? algorithm)
        : [`policy ${index + 1} is ${described(policy)}; give { name, limit, windowMs }`],
    ),
    ...byMistakes(listed.filter(isRecord)),
  ];
}

/** The algorithm of this name; undefined if there is none. */
export function algorithmNamed(name: unknown): (typeof ALGORITHMS)[keyof typeof ALGORITHMS] | undefined {
  return Object.entries(ALGORITHMS).find(([known]) => known === name)?.[1];
}

/** What can be chosen, as a sentence ends. */
export const CHOOSE_ALGORITHM: string = `choose ${Object.keys(ALGORITHMS).join(" or ")}`;

type Given = Readonly<Record<string, unknown>>;

function nameMistakes(policies: readonly Given[]): readonly string[] {
  const names = policies.map(({ name }) => name).filter((name) => typeof name === "string");
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `two policies are named "${name}"; give each its own name`);
}

/** One subject as a string is for policies without `by`, several by name for those with it: no request is both. */
function byMistakes(policies: readonly Given[]): readonly string[] {
  const without = policies.filter(({ by }) => by === undefined);
  if (without.length === 0 || without.length === policies.length) return [];
  const names = without.map(({ name }) => described(name)).join(", ");
  return [
    `policies have \`by\`, but not ${names}, so no request fits them all; give \`by\` to all, or to none`,
  ];
}

function policyMistakes(policy: Given, index: number, algorithm: unknown): readonly string[] {
  const { name, limit, windowMs, burst = 1, by } = policy;
  const whose = typeof name === "string" ? `policy "${name}"` : `policy ${index + 1}`;
  const chosen = algorithmNamed(algorithm);
  const numberMistakes = [
    ...wholeMistakes("limit", limit),
    ...wholeMistakes("windowMs", windowMs),
    ...wholeMistakes("burst", burst),
  ];
  return [
    ...(typeof name === "string" && /^[ !#-[\]-~]+$/.test(name)
      ? []
      : [
          `${name === undefined ? `${whose} has no name` : `a policy is named ${described(name)}`}; use printable ASCII without quotes`,
        ]),
    ...[
      ...wrongNames(policy, NAMES),
      ...numberMistakes,
      ...subjectMistakes(by),
      ...shareMistakes(policy, algorithm),
      ...(chosen === undefined && policy.algorithm !== undefined
        ? [`algorithm ${described(policy.algorithm)} is not known; ${CHOOSE_ALGORITHM}`]
        : []),
      ...(chosen === undefined ? [] : burstMistakes(chosen, policy)),
      // Its numbers are numbers: whether they can be kept is the algorithm's to say.
      ...(chosen === undefined || numberMistakes.length > 0
        ? []
        : chosen.mistakes(policy as unknown as LimiterPolicy)),
    ].map((mistake) => `${whose}: ${mistake}`),
  ];
}

function subjectMistakes(by: unknown): readonly string[] {
  if (by === "") return ["by is empty; name one of the subjects, or leave it out"];
  if (by === undefined || typeof by === "string") return [];
  return [`by is ${described(by)}; name one of the subjects, or leave it out`];
}

function shareMistakes(
  { fallback = "local", share = "equal", minimumShare = 1 }: Given,
  algorithm: unknown,
): readonly string[] {
  const isSliding = algorithm === "sliding-log" || algorithm === "sliding-counter";
  return [
    ...(fallback === "local" || fallback === "open" || fallback === "closed"
      ? []
      : [`fallback is ${described(fallback)}; choose local, open or closed`]),
    ...(share === "equal" || (share === "observed" && isSliding)
      ? []
      : [`share is ${described(share)}; choose equal, or observed for a sliding algorithm`]),
    ...(minimumShare === 0 || minimumShare === 1
      ? []
      : [`minimumShare is ${described(minimumShare)}; choose 0 or 1`]),
  ];
}

/** Integers of a structured field have at most 15 digits. */
function wholeMistakes(field: string, value: unknown): readonly string[] {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value < 1e15) return [];
  const what = value === undefined ? "missing" : described(value);
  return [`${field} is ${what}; give a whole number from 1 to 999999999999999`];
}
