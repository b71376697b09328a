import type { History } from "../harness/history/history.ts";
import type { Result } from "../harness/verdict/result.ts";

/** One format, one file in this folder, one exported `format`: a pure function of result and history. */
export interface ReportFormat {
  /** What it writes, by path inside the run's folder. */
  readonly render: (run: JudgedRun) => Promise<readonly ReportFile[]> | readonly ReportFile[];
}

/** All that a report may show. */
export interface JudgedRun {
  readonly result: Result;
  readonly history: History;
}

export interface ReportFile {
  /** Relative to the run's folder, with forward slashes: `charts/latency.png`. */
  readonly path: string;
  readonly content: string | Uint8Array;
}
