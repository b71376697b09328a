import type { FindingVerdict, Triple } from "../finding.ts";
import { loadDoubt } from "../gate-doubts.ts";
import { type GatedNumber, parseNumber, readNumber } from "../gated-number.ts";
import type { GateResult, Result } from "../result.ts";
import type { Baseline, TrialValues } from "./baseline.ts";
import { compareAccuracy, compareNumber } from "./compare-number.ts";
import { otherMachine, otherStory, storyOf } from "./likeness.ts";

/** How often chance alone may convict one run of any regression, over baselines and runs, 0 to 1. */
export const falseAlarmShare = 0.002;

/**
 * Holds `runs`, one or more of the same story on the same limiter, against `baseline`: a gate for each proof that passed in
 * its trials, and one for each of its numbers.
 *
 * What a conviction rests on: a proof that fails holds whatever the machine did. A number has grown beyond what its own
 * trials let expect by chance (`predictionBound`, the chance divided by how many numbers there are), which is sound only if
 * the run was one more trial. So a run of another story, with load that was not what it should be, or with a proof that was
 * sharp in every trial and is blunt now, is inconclusive; and what has grown on another machine, another Node or another
 * Redis is inconclusive too.
 */
export function againstBaseline(runs: readonly Result[], baseline: Baseline): GateResult[] {
  const other = firstOf(runs, (run) => otherStory(storyOf(run), baseline));
  if (other !== null || runs.length === 0) {
    const what =
      other === null ? `there is no run of ${baseline.scenario} on ${baseline.variant}` : `it is ${other}`;
    return [gate("the same story", { actual: null, verdict: "inconclusive", summary: what })];
  }
  const proofs = baseline.proofs.map((name) => gate(name, proofOf(name, runs)));
  const blunt = proofs.find(({ verdict }) => verdict === "inconclusive")?.expression ?? null;
  const machine = firstOf(runs, ({ environment }) => otherMachine(environment, baseline.environment));
  const names = Object.keys(baseline.numbers);
  const numbers = Object.entries(baseline.numbers).map(([name, trials]) => {
    const compared = numberOf(name, trials, runs, {
      falseAlarmShare: falseAlarmShare / names.length,
      findsShare: baseline.findsShare,
    });
    return gate(name, doubted(compared, blunt, machine));
  });
  return [...proofs, ...numbers];
}

type Compared = Omit<GateResult, "expression">;

function gate(name: string, compared: Compared): GateResult {
  return { expression: `baseline: ${name}`, ...compared };
}

function firstOf(runs: readonly Result[], why: (run: Result) => string | null): string | null {
  return runs.map(why).find((reason) => reason !== null) ?? null;
}

function proofOf(name: string, runs: readonly Result[]): Compared {
  const found = runs.map(({ findings }) => findings.find(({ checker }) => checker === name));
  const worst = found.find((one) => one?.verdict === "fail") ?? found.find((one) => one?.verdict !== "pass");
  const passes = worst === undefined && found.every((one) => one !== undefined);
  const verdict: FindingVerdict = passes ? "pass" : worst?.verdict === "fail" ? "fail" : "inconclusive";
  const summary = passes
    ? "it passed in every trial, and passes"
    : `it passed in every trial, and ${worst === undefined ? "was not checked" : `now: ${worst.summary}`}`;
  return { actual: null, verdict, summary };
}

function doubted(compared: Compared, blunt: string | null, machine: string | null): Compared {
  if (compared.verdict !== "pass" && compared.verdict !== "fail") return compared;
  if (blunt !== null)
    return {
      ...compared,
      verdict: "inconclusive",
      summary: `${compared.summary}; but this is no run like the trials: see ${blunt}`,
    };
  if (machine !== null && compared.verdict === "fail")
    return {
      ...compared,
      verdict: "inconclusive",
      summary: `${compared.summary}; but the trials ran on another machine (${machine}): save a baseline on this one`,
    };
  return compared;
}

function numberOf(
  name: string,
  trials: TrialValues,
  runs: readonly Result[],
  options: { readonly falseAlarmShare: number; readonly findsShare: number },
): Compared {
  const number = parseNumber(name, name);
  const read = number === null ? "it cannot be read" : readIn(number, runs);
  const missing = (summary: string): Compared => ({ actual: null, verdict: "inconclusive", summary });
  if (typeof read === "string") return missing(read);
  if ("proved" in trials) {
    const triples = read.filter((value) => typeof value === "object");
    const margin = accuracyMargin(name, runs);
    return triples.length === read.length
      ? compareAccuracy(triples, trials, { ...options, margin })
      : missing("it is one number, and was known between bounds in the baseline");
  }
  const plain = read.filter((value) => typeof value === "number");
  if (plain.length < read.length) return missing("it is known between bounds only, unlike in the baseline");
  return underLoad(compareNumber(plain, trials, { ...options, step: stepOf(name, runs) }), runs);
}

/** Nothing has grown for certain in a run that was not loaded as it should be; of counts nobody else asks. */
function underLoad(compared: Compared, runs: readonly Result[]): Compared {
  const doubt = compared.verdict === "fail" ? firstOf(runs, loadDoubt) : null;
  return doubt === null
    ? compared
    : { ...compared, verdict: "inconclusive", summary: `${compared.summary}; but ${doubt}` };
}

const countPattern = /^(?:phases?\.[^.]+\.)?(?:outcomes\.\w+|load\.(?:offered|sent|dropped))$/;

/** What one request more or less changes a number by: a count, or a cost per decision; null where nobody knows. */
function stepOf(name: string, runs: readonly Result[]): number | null {
  if (countPattern.test(name)) return 1;
  if (!/^findings\.[^.]+\.\w+PerDecision$/.test(name)) return null;
  return 1 / Math.max(1, ...runs.map(({ outcomes }) => outcomes.allowed + outcomes.denied));
}

function readIn(number: GatedNumber, runs: readonly Result[]): (number | Triple)[] | string {
  const values: (number | Triple)[] = [];
  for (const run of runs) {
    const read = readNumber(number, run, [run]);
    if ("missing" in read) return read.missing;
    values.push(read.value);
  }
  return values;
}

/**
 * A window that is cut by a clock's ticks may hold a request or two more: so few are no regression, of however few. A
 * share has to grow by a thousandth and by five requests, a ratio by a hundredth and by two.
 */
function accuracyMargin(name: string, runs: readonly Result[]): number {
  const allowed = Math.min(...runs.map(({ outcomes }) => outcomes.allowed));
  const limit = Math.min(...runs.flatMap(({ policies }) => policies.map((policy) => policy.limit)));
  return name.endsWith("Ratio")
    ? Math.max(0.01, 2 / Math.max(1, limit))
    : Math.max(0.001, 5 / Math.max(1, allowed));
}
