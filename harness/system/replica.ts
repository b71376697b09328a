import type { Endpoint } from "../engines/engine.ts";
import type { ReplicaLife } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { Refusal } from "../refusal.ts";
import { freePort } from "./free-port.ts";
import { type GuardedOptions, type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { askHealth } from "./health.ts";

const host = "127.0.0.1";
const portTries = 3;

/** One gateway process that is ready. */
export interface Replica {
  readonly endpoint: Endpoint;
  readonly process: GuardedProcess;
  /** Something worth telling about it, or `null`. */
  readonly note: string | null;
  life(): ReplicaLife;
}

/** Which gateway process. */
export interface ReplicaOptions extends Omit<GuardedOptions, "name" | "env"> {
  readonly index: number;
  /** Its whole environment, without PORT and HOST. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readyWithinMs: number;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
  /** Asked for each try. @default a free port */
  readonly choosePort?: () => Promise<number>;
}

/**
 * Starts one gateway on a free port and waits until `/healthz` answers 200, or 404 with a note. A `Refusal` with its
 * last log lines if it ends before or is not ready in time.
 */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { index, env, readyWithinMs, signal, choosePort = freePort } = options;
  for (let tries = 1; ; tries++) {
    const endpoint = { host, port: await choosePort() };
    const life = { replica: index, fromMs: monotonicMs(), untilMs: null as number | null };
    const running = await startGuarded({
      ...options,
      name: `gateway ${index}`,
      env: { ...env, HOST: host, PORT: String(endpoint.port) },
    });
    void running.exited.then(() => {
      life.untilMs = monotonicMs();
    });
    const state = await untilReady(running, endpoint, readyWithinMs, signal);
    if (state === "ready" || state === "unknown") {
      running.renewLease();
      const note =
        state === "ready"
          ? null
          : `gateway ${index} has no /healthz: it is taken as ready since its port answers`;
      return { endpoint, process: running, note, life: () => ({ ...life }) };
    }
    const words = running.lastLogLines(8).join("\n  ");
    const how = state === "ended" ? ended(running) : `was not ready within ${readyWithinMs / 1000} s`;
    await running.stop();
    signal.throwIfAborted();
    if (state === "ended" && /EADDRINUSE|address already in use/i.test(words) && tries < portTries) continue;
    throw new Refusal(
      `Gateway ${index} ${how}; the end of its log ${options.logFile} says why:\n  ${words || "(nothing)"}`,
    );
  }
}

function ended({ exit }: GuardedProcess): string {
  if (exit?.code === 127) return "could not be started, since its command was not found (code 127)";
  return `ended before it was ready (${exit?.signal ?? `code ${exit?.code}`})`;
}

async function untilReady(
  running: GuardedProcess,
  endpoint: Endpoint,
  withinMs: number,
  signal: AbortSignal,
): Promise<"ready" | "unknown" | "ended" | "late"> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline && !signal.aborted) {
    if (running.exit !== null) return "ended";
    const health = await askHealth(endpoint);
    if (health !== "not-yet") return running.exit === null ? health : "ended";
    await Promise.race([running.exited, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  return "late";
}
