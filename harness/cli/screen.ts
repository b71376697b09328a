import { join, relative } from "node:path";
import { resultText } from "../../reports/json.ts";
import { renderLiveLine } from "../../reports/live-line.ts";
import { renderVerdict } from "../../reports/terminal.ts";
import { plain } from "../../reports/words/plain.ts";
import type { History } from "../history/history.ts";
import type { LiveNumbers } from "../run/live.ts";
import type { RunRequest } from "../run/run-request.ts";
import type { LivePosition } from "../run/send-phases.ts";
import type { Result } from "../verdict/result.ts";

/** What a run shows while it runs and when it has ended. */
export interface Screen {
  readonly start: (request: RunRequest) => void;
  readonly step: (step: string) => void;
  readonly live: (numbers: LiveNumbers & LivePosition) => void;
  readonly verdict: (result: Result, history: History, folder: string) => void;
  /** Leaves the terminal as it was found. */
  readonly stop: () => void;
}

/** How much is shown. */
export interface ScreenOptions {
  /** Nothing but result.json, on standard output. */
  readonly json: boolean;
  /** Nothing but the verdict. */
  readonly quiet: boolean;
}

/** A screen on this process's terminal; progress goes to standard error, the verdict to standard output. */
export function screen({ json, quiet }: ScreenOptions): Screen {
  const silent = json || quiet;
  const err = process.stderr;
  const live = err.isTTY === true && !silent;
  const colour = process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const wipe = (): void => {
    if (live) err.write("\r\u001b[2K");
  };
  return {
    start({ scenarioName, target, seed }) {
      if (!silent) console.error(`${scenarioName} · ${target.name} · seed ${seed}`);
    },
    step(step) {
      wipe();
      if (!silent) console.error(`  ${plain(step)}`);
    },
    live(numbers) {
      if (live) err.write(`\r\u001b[2K${renderLiveLine(numbers, (err.columns ?? 80) - 1)}`);
    },
    verdict(result, history, folder) {
      wipe();
      if (json) return console.log(resultText(result).trimEnd());
      if (quiet) return console.log(`${result.verdict}: ${plain(result.reason)}`);
      const reportPath = join(relative(process.cwd(), folder), "report.html");
      console.log(
        renderVerdict(result, { width: process.stdout.columns ?? 100, colour, reportPath, history }),
      );
    },
    stop: wipe,
  };
}
