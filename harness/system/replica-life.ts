import type { Endpoint } from "../engines/engine.ts";
import type { ReplicaLife } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { askHealth } from "./health.ts";
import { lookAt } from "./look-at.ts";
import type { ReplicaOptions } from "./replica.ts";

/** One process life of a gateway that got as far as being ready. */
export interface ReadyLife {
  readonly isReady: true;
  readonly running: GuardedProcess;
  readonly health: "ready" | "unknown";
  readonly span: () => ReplicaLife;
}

/** One that did not, and is over. */
export interface FailedLife {
  readonly isReady: false;
  readonly isPortTaken: boolean;
  readonly complaint: string;
}

/**
 * Starts one process of a gateway and waits until it is ready, or `signal` gives up; one that is not is ended. Its span
 * is given to `onBegin` right before it is started.
 */
export async function startLife(
  options: ReplicaOptions,
  endpoint: Endpoint,
  signal: AbortSignal,
  onBegin: (span: () => ReplicaLife) => void = () => undefined,
): Promise<ReadyLife | FailedLife> {
  const { index, program, readyWithinMs, logFile } = options;
  const { command, args, env } = program();
  const span = { replica: index, fromMs: monotonicMs(), untilMs: null as number | null };
  onBegin(() => ({ ...span }));
  const running = await startGuarded({
    ...options,
    name: `gateway ${index}`,
    command,
    args,
    env: { ...env, HOST: endpoint.host, PORT: String(endpoint.port) },
  });
  void running.exited.then(() => {
    span.untilMs = monotonicMs();
  });
  const state = await untilReady(running, endpoint, readyWithinMs, signal);
  if (state === "ready" || state === "unknown") {
    running.renewLease();
    return { isReady: true, running, health: state, span: () => ({ ...span }) };
  }
  const words = running.lastLogLines(8).join("\n  ");
  const how =
    state === "ended"
      ? ended(running)
      : `was not ready within ${readyWithinMs / 1000} s: ${await lookAt(endpoint)}`;
  await running.stop();
  return {
    isReady: false,
    isPortTaken: state === "ended" && /EADDRINUSE|address already in use/i.test(words),
    complaint: `Gateway ${index} ${how}; the end of its log ${logFile} says why:\n  ${words || "(nothing)"}`,
  };
}

function ended({ exit }: GuardedProcess): string {
  if (exit?.code === 0) return "ended before it was ready (code 0; a gateway stays in the foreground)";
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
