import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGuarded } from "../../system/guarded-process.ts";
import { until } from "../../system/until.ts";

/** A program of the proxy bench that listens on 127.0.0.1. */
export interface StartedProgram extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/**
 * Starts `name` beside this file, under a guardian as the embedded server is: systems share the processor between
 * sessions, so that the two would not compare otherwise. Its log goes to `folder`.
 */
export async function startProgram(
  name: string,
  folder: string,
  args: readonly string[] = [],
): Promise<StartedProgram> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const program = fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
  const running = await startGuarded({
    name,
    command: process.execPath,
    args: [program, ...args],
    logFile: join(folder, `${name}.log`),
  });
  const port = () => Number(running.lastLogLines(1)[0]);
  await until(() => running.exit !== null || port() > 0);
  if (!(port() > 0)) throw new Error(`The program ${name} of the proxy bench ended early.`);
  return { port: port(), pid: running.pid, [Symbol.asyncDispose]: () => running.stop() };
}
