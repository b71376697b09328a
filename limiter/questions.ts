import { burstMistakes } from "./algorithms/burst-mistakes.ts";
import type { Row } from "./algorithms/decide-script.ts";
import type { Mode } from "./batch.ts";
import { described } from "./described.ts";
import { keySuffix, keysOf, keyWithin } from "./keys.ts";
import { ALGORITHMS, type AlgorithmName, type LimiterPolicy } from "./limiter-options.ts";
import type { AskOptions, RequestLimits, Subject } from "./middleware/asked-limiter.ts";
import { withLimits } from "./with-limits.ts";
import { isRecord } from "./wrong-names.ts";

/** How requests are put to the decide script. */
export interface Questions {
  /** Names of the policies, in the order of the keys. */
  readonly names: readonly string[];
  /** Policies as they are without limits of a request's own. */
  readonly usual: readonly Row[];
  /** Algorithms in the order of their numbers. */
  readonly algorithms: readonly (typeof ALGORITHMS)[AlgorithmName][];
  /** Longer than anything that is charged under them still counts. */
  readonly keepMs: number;
  /** One key a policy. Throws a TypeError if a policy finds no subject. */
  readonly keysOf: (subject: Subject) => string[];
  /** Undefined if they are the usual ones. Throws a RangeError for limits that cannot be kept. */
  readonly rowsOf: (limits: AskOptions["limits"]) => readonly Row[] | undefined;
  /** The policy that `row`, one of `usual` or of `rowsOf`, stands for. */
  readonly policyOf: (row: Row) => LimiterPolicy;
  /** Throws a RangeError if `cost` is none. */
  readonly checked: (mode: Mode, cost: number) => number;
}

interface Kept {
  readonly policy: LimiterPolicy;
  readonly algorithm: AlgorithmName;
  readonly number: number;
  /** Rows for limits that requests have brought. */
  readonly rows: Map<string, Row>;
}

/** Plans are few; whoever makes a limit for each request pays for it, but not with memory. */
const ROWS_AT_MOST = 1_000;

/** The questions that requests are under `policies`; their options have been found right. */
export function questions(
  policies: readonly LimiterPolicy[],
  options: {
    readonly algorithm: AlgorithmName;
    readonly prefix: string;
    /** As in the limiter's options. */
    readonly tag?: string | undefined;
  },
): Questions {
  const names = policies.map(({ name }) => name);
  const chosen = policies.map((policy) => policy.algorithm ?? options.algorithm);
  const used = [...new Set(chosen)];
  const kept = policies.map((policy, i): Kept => {
    const algorithm = chosen[i] ?? options.algorithm;
    return { policy, algorithm, number: used.indexOf(algorithm) + 1, rows: new Map() };
  });
  const suffixes = kept.map(({ policy, algorithm }) => keySuffix(policy.name, algorithm));
  const subjectNames = new Set(policies.map(({ by }) => by));
  if (options.tag !== undefined) subjectNames.add(options.tag);
  const usual = kept.map((one) => rowOf(one, one.policy));
  return {
    names,
    usual,
    algorithms: used.map((name) => ALGORITHMS[name]),
    keepMs: Math.max(
      60_000,
      ...kept.map(({ policy, algorithm }) => 2 * ALGORITHMS[algorithm].promises(policy).stateHorizonMs),
    ),
    keysOf(subject) {
      if (typeof subject !== "string") {
        return kept.map(({ policy }, i) => keyOf(policy, suffixes[i] ?? "", subject, options));
      }
      if (subjectNames.size === 1) return keysOf(options.prefix, suffixes, subject);
      throw new TypeError(`the policies have several subjects; give { ${[...subjectNames].join(", ")} }`);
    },
    rowsOf(limits) {
      if (limits === undefined) return undefined;
      if (!isRecord(limits))
        throw new RangeError(`limits is ${described(limits)}; give { policy: { limit } }`);
      const unknown = Object.keys(limits).find((name) => !names.includes(name));
      if (unknown !== undefined) throw new RangeError(`limits names "${unknown}", which is no policy`);
      return kept.map((one, i) => {
        const own = limits[one.policy.name];
        if (own !== undefined) refuseOtherNames(one.policy.name, own);
        const isUsual = own === undefined || (own.limit === undefined && own.burst === undefined);
        return isUsual ? (usual[i] ?? rowOf(one, one.policy)) : limitedRow(one, own);
      });
    },
    policyOf(row) {
      const policy = policyOfRow.get(row);
      if (policy === undefined) throw new TypeError(`[${row}] is no row of these policies`);
      return policy;
    },
    checked(mode, cost) {
      if (mode === "reset" || (Number.isSafeInteger(cost) && cost >= 1)) return cost;
      throw new RangeError(`cost is ${cost}; give a whole number of at least 1`);
    },
  };
}

function keyOf(
  policy: LimiterPolicy,
  suffix: string,
  subjects: Readonly<Record<string, string>>,
  { prefix, tag }: { readonly prefix: string; readonly tag?: string | undefined },
): string {
  const subject = subjectOf(policy, subjects);
  if (tag === undefined || policy.by === tag) return keysOf(prefix, [suffix], subject)[0] ?? "";
  const within = subjects[tag];
  if (within === undefined) throw new TypeError(`the tag is "${tag}", of which the request has none`);
  return keyWithin(prefix, suffix, within, subject);
}

function subjectOf({ name, by }: LimiterPolicy, subjects: Readonly<Record<string, string>>): string {
  const subject = by === undefined ? undefined : subjects[by];
  if (subject !== undefined) return subject;
  throw new TypeError(
    by === undefined
      ? `policy "${name}" does not say by which subject it limits; give it \`by\`, or one subject as a string`
      : `policy "${name}" limits by "${by}", of which the request has none`,
  );
}

function rowOf({ algorithm, number }: Kept, policy: LimiterPolicy): Row {
  const row: Row = [number, ...ALGORITHMS[algorithm].numbers(policy)];
  policyOfRow.set(row, policy);
  return row;
}

const policyOfRow = new WeakMap<Row, LimiterPolicy>();

/** A limit under a wrong name would not limit. */
function refuseOtherNames(policy: string, own: RequestLimits[string]): void {
  if (!isRecord(own)) throw new RangeError(`limits of "${policy}" is ${described(own)}; give { limit }`);
  for (const name in own) {
    if (name === "limit" || name === "burst") continue;
    throw new RangeError(`limits of "${policy}" has ${name}, which is no limit; give limit, burst, or both`);
  }
}

function limitedRow(kept: Kept, own: RequestLimits[string]): Row {
  const id = `${own.limit} ${own.burst}`;
  const known = kept.rows.get(id);
  if (known !== undefined) return known;
  const policy = withLimits(kept.policy, own);
  const { name, limit, burst = limit } = policy;
  const wrong = [limit, burst].find((value) => !(Number.isSafeInteger(value) && value >= 1));
  if (wrong !== undefined) {
    throw new RangeError(`limits of "${name}" has ${wrong}; give whole numbers of at least 1`);
  }
  const algorithm = ALGORITHMS[kept.algorithm];
  const [mistake] = [...burstMistakes(algorithm, own), ...algorithm.mistakes(policy)];
  if (mistake !== undefined) throw new RangeError(`limits of "${name}": ${mistake}`);
  if (kept.rows.size >= ROWS_AT_MOST) kept.rows.clear();
  const row = rowOf(kept, policy);
  kept.rows.set(id, row);
  return row;
}
