import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { gatesFiles } from "../../../reports/gates/gates-files.ts";
import { gatesMarkdown } from "../../../reports/gates/gates-markdown.ts";
import type { GatesReport } from "../../../reports/gates/gates-report.ts";
import { gatesScreen } from "../../../reports/gates/gates-screen.ts";
import { runsFolder } from "../../package-root.ts";
import { Refusal } from "../../refusal.ts";
import { addStepSummary } from "../../run/step-summary.ts";
import { parseGate } from "../../verdict/gate.ts";
import { gateRuns, gatesVerdict } from "../../verdict/gate-runs.ts";
import { whereTyped } from "../../where-typed.ts";
import { loadBaseline } from "../load-baseline.ts";
import { loadResults } from "../load-results.ts";

interface GateOptions {
  readonly gate: readonly string[];
  readonly baseline: readonly string[];
  readonly report?: string;
  readonly out: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

const examples = `
Examples:
  npm run gate -- --gate 'accuracy.wronglyAllowedShare<=0.001' burst window-edge
  npm run gate -- --gate 'phase.burst.outcomes.lost / phase.burst.load.sent <= 0.001' reports/runs/burst/*/result.json
  npm run gate -- --gate 'variant.gcra.latencyMs.p50 / variant.none.latencyMs.p50 <= 1.5' reports/runs/burst/2*
  npm run gate -- --baseline baselines/burst-gcra.json burst

A gate is a number, or two with + - * / between them, then <= < >= > or ==, then a threshold. A number is a path into
result.json: accuracy., latencyMs., load., outcomes., findings.CHECKER., the same of one phase behind phase.NAME., and of
the runs of one limiter behind variant.NAME. (of several: it must hold whichever is meant). What is known between bounds
passes only if the gate holds for all of them; .proved, .estimate and .atMost name one, and <=0.01±0.005 believes the
estimate where the bounds are no further apart. A missing number is inconclusive, never a pass.

Exit codes: 0 all passed, 1 one failed, 2 one is inconclusive or nothing could be judged, 3 usage, 4 the harness failed.`;

/** `gate <run...>`: holds the results of recorded runs against thresholds and baselines; the runs stay as they are. */
export function addGate(program: Command, ended: (code: number) => void): void {
  program
    .command("gate")
    .description("Holds the results of recorded runs against thresholds, or against a baseline.")
    .argument(
      "[run...]",
      "result.json files, run folders, names of scenarios (their latest run), or `latest`",
    )
    .option("--gate <expression>", "a threshold, like 'latencyMs.p99<=20'; repeatable", collect, [])
    .option("--baseline <file>", "what `npm run baseline -- save` wrote; repeatable", collect, [])
    .option("--report <dir>", "write gates.json, gates.md and gates.xml (JUnit) into this folder")
    .option("--out <dir>", "folder of the runs", runsFolder)
    .option("--json", "print gates.json instead of the lines", false)
    .option("--quiet", "print the verdict only", false)
    .addHelpText("after", examples)
    .action(async (runs: readonly string[], options: GateOptions) => ended(await gateCommand(runs, options)));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function gateCommand(named: readonly string[], options: GateOptions): Promise<number> {
  const gates = options.gate.map(parseGate);
  const baselines = await Promise.all(options.baseline.map(loadBaseline));
  if (gates.length + baselines.length === 0)
    throw new Refusal("Say what to hold the runs against: --gate 'latencyMs.p99<=20' or --baseline FILE.");
  const results = await loadResults(named, resolve(options.out));
  const judged = gateRuns(results, { gates, baselines });
  const { verdict, exitCode } = gatesVerdict(judged);
  const runs = results.map((run) => {
    const { scenario, variant, startedAt } = run;
    return { scenario, variant, startedAt, verdict: run.verdict };
  });
  const report: GatesReport = { verdict, runs, gates: judged };
  if (options.report !== undefined) await writeReport(report, whereTyped(options.report));
  await addStepSummary(gatesMarkdown(report));
  const lines = gatesScreen(report);
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else console.log(options.quiet ? lines.slice(lines.lastIndexOf("\n") + 1) : lines);
  return exitCode;
}

async function writeReport(report: GatesReport, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { path, content } of gatesFiles(report)) await writeFile(join(folder, path), content);
  } catch (cause) {
    throw new Refusal(`${folder} cannot be written: give another folder with --report.`, { cause });
  }
}
