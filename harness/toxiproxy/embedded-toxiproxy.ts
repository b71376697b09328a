import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Refusal } from "../refusal.ts";
import { type GuardedProcess, startGuarded } from "../system/guarded-process.ts";

const readyWithinMs = 15_000;

/** A Toxiproxy of ours in a process of its own, which ends no later than the harness. */
export interface EmbeddedToxiproxy extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** Where its log goes: a run's folder (`logs/toxiproxy.log` in it), or a file. */
export type EmbeddedOptions = ({ readonly runFolder: string } | { readonly logFile: string }) & {
  /** Of all chance in its toxics. @default 0 */
  readonly seed?: number;
};

/** Starts the embedded server on a free port of 127.0.0.1. A `Refusal` with its last words if it does not come up. */
export async function startEmbeddedToxiproxy(options: EmbeddedOptions): Promise<EmbeddedToxiproxy> {
  const { seed = 0 } = options;
  const logFile = "logFile" in options ? options.logFile : join(options.runFolder, "logs", "toxiproxy.log");
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const program = fileURLToPath(new URL(`./program.${extension}`, import.meta.url));
  const running = await startGuarded({
    name: "toxiproxy",
    command: process.execPath,
    args: [program, "0", String(seed)],
    logFile,
  });
  const url = await listeningUrl(running, logFile);
  if (url === null) {
    await running.stop();
    const words = running.lastLogLines(6).join(" | ");
    throw new Refusal(`The embedded Toxiproxy does not come up: see ${logFile}, which ends with: ${words}`);
  }
  running.renewLease();
  return { url, pid: running.pid, [Symbol.asyncDispose]: () => running.stop() };
}

/** The log may hold lines of an earlier one, so the line is known by the pid. */
async function listeningUrl(running: GuardedProcess, logFile: string): Promise<string | null> {
  const line = new RegExp(`^toxiproxy ${running.pid} .*listens on (\\S+)$`, "m");
  const deadline = performance.now() + readyWithinMs;
  while (running.exit === null && performance.now() < deadline) {
    const match = line.exec(await readFile(logFile, "utf8"));
    if (match !== null) return match[1] ?? null;
    await Promise.race([running.exited, new Promise((resolve) => setTimeout(resolve, 10))]);
  }
  return null;
}
