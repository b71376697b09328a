import { access, constants, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ReportFormat } from "../../reports/report-format.ts";
import { discover } from "../discover.ts";
import type { History } from "../history/history.ts";
import { writeHistory } from "../history/history-file.ts";
import { packageRoot } from "../package-root.ts";
import { Refusal } from "../refusal.ts";
import type { Scenario } from "../scenario.ts";
import type { Baseline } from "../verdict/baseline/baseline.ts";
import type { Gate } from "../verdict/gate.ts";
import type { Result } from "../verdict/result.ts";
import { judgeRun } from "./judge-run.ts";
import { pointLatest } from "./run-folder.ts";
import { saveMetrics } from "./save-metrics.ts";
import { addStepSummary } from "./step-summary.ts";

/** Where a run is kept and by what it is judged. */
export interface SaveOptions {
  readonly scenario: Scenario;
  readonly gates: readonly Gate[];
  /** @default none */
  readonly baselines?: readonly Baseline[];
  readonly folder: string;
  /** The folder of all runs, whose `latest` is to point here; `null` when an old run is judged again. */
  readonly out: string | null;
}

/** Keeps the history, judges it, and renders every report format beside it. */
export async function saveRun(
  history: History,
  { scenario, gates, baselines, folder, out }: SaveOptions,
): Promise<Result> {
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new Refusal(`${folder} cannot be written: copy the run to a folder that can be.`, { cause });
  });
  const historyPath = join(folder, "history.parquet");
  if ((await stat(historyPath).catch(() => null)) === null) {
    await writeHistory(historyPath, history);
    await saveMetrics(history.scrapes, folder);
  }
  const result = judgeRun(history, scenario, gates, baselines);
  for (const { thing } of await discover<ReportFormat>(join(packageRoot, "reports"), "format")) {
    for (const { path, content } of await thing.render({ result, history })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
      if (path === "report.md" && out !== null) await addStepSummary(content);
    }
  }
  if (out !== null) await pointLatest(out, history.run.scenario, folder);
  return result;
}
