import { execFile } from "node:child_process";

/** How a short command ended; `code` is `null` if it could not start or was ended at its deadline. */
export interface BriefRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What to run. */
export interface BriefOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly withinMs: number;
  /** Added to the harness's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command that answers at once (`--version` and its like) to its end; never rejects. */
export function runBriefly({ command, args, withinMs, env = {} }: BriefOptions): Promise<BriefRun> {
  return new Promise((resolve) => {
    const options = { timeout: withinMs, killSignal: "SIGKILL", env: { ...process.env, ...env } } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end();
  });
}
