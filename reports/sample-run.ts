import type { History } from "../harness/history/history.ts";
import type { JudgedRun } from "./report-format.ts";
import { simulatedOutage } from "./sample/outage-run.ts";
import { sampleResult } from "./sample/sample-result.ts";
import { simulate } from "./sample/simulate.ts";

/**
 * Test support: runs that never happened but could have. An exact sliding window answers seeded arrivals on
 * three replicas, through warm-up, baseline, burst trains, a window's edge and a blast: 150,000 requests.
 */
export function sampleRun({ seed = 1 }: { readonly seed?: number } = {}): JudgedRun {
  const history = simulate({ seed, variant: "sliding-log" });
  return { history, result: sampleResult(history, "pass") };
}

/** The same arrivals before a limiter that reads, then writes: it lets too much in, and a witness shows it. */
export function guiltyRun({ seed = 1 }: { readonly seed?: number } = {}): JudgedRun {
  const history = simulate({ seed, variant: "read-then-write", writesLateMs: 4 });
  return { history, result: sampleResult(history, "fail") };
}

/** A machine that was too slow and a fault that nobody saw: nothing is proved. */
export function inconclusiveRun({ seed = 1 }: { readonly seed?: number } = {}): JudgedRun {
  const history = simulate({ seed, variant: "sliding-log", lagMs: 40, lostShare: 0.002, withFaults: true });
  return { history, result: sampleResult(history, "inconclusive") };
}

/** Redis down under all replicas, who decide by themselves and come back; a second fault that nobody saw. */
export function outageRun({ seed = 1 }: { readonly seed?: number } = {}): JudgedRun {
  return simulatedOutage(seed);
}

/** Strings that break out of careless documents. */
export const hostileNames: readonly string[] = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "]]>",
  "a | b `c` *d* [e](https://evil.example) @everyone",
  'it\'s "quoted" & \\escaped',
  "\u{1f525} caf\u00e9 \u0645\u0631\u062d\u0628\u0627 \u202egnp.exe",
  "</script><!-- <script>",
  "\u0000\u0007\u001b[31mred\u001b[0m\ud800\u2028line",
  "x".repeat(8_192),
];

/** A guilty run, or another, in which every foreign string is hostile, and with nine hostile faults. */
export function hostileRun({ history, result }: JudgedRun = guiltyRun()): JudgedRun {
  const name = (index: number) => hostileNames[index % hostileNames.length] ?? "";
  const everything = hostileNames.join(" ");
  const policies = history.policies.map((policy) => ({ ...policy, name: name(0) }));
  const phases = history.phases.map((phase, index) => ({ ...phase, name: name(index) }));
  const hostile: History = {
    ...history,
    policies,
    phases,
    subjects: history.subjects.map((_, index) => `${index}${name(index)}`),
    run: { ...history.run, scenario: name(0), variant: name(1), command: everything },
  };
  const subject = (known: string) => hostile.subjects[history.subjects.indexOf(known)] ?? known;
  return {
    history: hostile,
    result: {
      ...result,
      scenario: name(0),
      variant: name(1),
      about: everything,
      command: everything,
      reason: everything,
      policies,
      environment: { ...result.environment, redis: everything, cpus: name(8) },
      phases: result.phases.map((phase, index) => ({ ...phase, name: name(index) })),
      faults: hostileNames.map((hostileName, index) => ({
        name: hostileName,
        legend: everything,
        replicas: [index % 3],
        atMs: 2_000 + index * 900,
        injectedMs: 2_001 + index * 900,
        healingMs: 3_499 + index * 900,
        untilMs: 3_500 + index * 900,
        losesState: "none",
        verified: index % 2 === 0 ? null : everything,
        healed: index % 2 === 0 ? null : everything,
      })),
      findings: result.findings.map((finding, index) => ({
        ...finding,
        checker: name(index),
        summary: everything,
        notes: hostileNames,
        numbers: { ...finding.numbers, [name(index)]: Number.POSITIVE_INFINITY, nanShare: Number.NaN },
        ...(finding.witness && {
          witness: { ...finding.witness, subject: subject(finding.witness.subject), policy: name(0) },
        }),
      })),
      gates: hostileNames.map((expression) => ({
        expression,
        actual: null,
        verdict: "inconclusive",
        summary: everything,
      })),
    },
  };
}
