import type { Endpoint } from "../engines/engine.ts";
import type { ReplicaLife } from "../history/history.ts";
import { TargetRefusal } from "../refusal.ts";
import { freePort } from "./free-port.ts";
import { freeze, thaw } from "./freeze.ts";
import type { Program } from "./gateway-steering.ts";
import type { GuardedOptions, GuardedProcess } from "./guarded-process.ts";
import { inTurn } from "./in-turn.ts";
import { type ReadyLife, startLife } from "./replica-life.ts";
import { sendSignal } from "./send-signal.ts";

const host = "127.0.0.1";
const portTries = 3;
/** How often the port of a gateway that was killed is tried again: its last owner may take a moment to let go. */
const restartTries = 10;

/** One gateway that is ready, through all its lives. */
export interface Replica {
  readonly endpoint: Endpoint;
  /** Something worth telling about it, or `null`. */
  readonly note: string | null;
  readonly controls: ReplicaControls;
  lives(): ReplicaLife[];
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** What may be done to one gateway process. Whatever is done, stopping the gateways ends it. */
export interface ReplicaControls {
  /** Of the program itself; `null` while it does not run. */
  readonly pid: number | null;
  /** SIGKILL; resolves when it is gone. Harmless if it is. */
  kill(): Promise<void>;
  /** Starts it again on the same port: a new life. Resolves when it is ready; harmless while it runs. */
  start(): Promise<void>;
  /** SIGSTOP, for its children too; resolves when they stand still. Rejects if it does not run. */
  freeze(): Promise<void>;
  /** SIGCONT; harmless if it runs, or is gone. */
  thaw(): Promise<void>;
}

/** Which gateway process. */
export interface ReplicaOptions extends Pick<GuardedOptions, "cwd" | "logFile" | "graceSeconds"> {
  readonly index: number;
  /** Without PORT and HOST; worked out anew for each start. */
  readonly program: () => Program;
  readonly readyWithinMs: number;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
  /** Asked for each try. @default a free port */
  readonly choosePort?: () => Promise<number>;
}

/**
 * Starts one gateway on a free port and waits until `/healthz` answers 200, or 404 with a note. A `TargetRefusal` with its
 * last log lines if it ends before or is not ready in time.
 */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { index, choosePort = freePort, signal } = options;
  for (let tries = 1; ; tries++) {
    const endpoint = { host, port: await choosePort() };
    const life = await startLife(options, endpoint, signal);
    if (life.isReady) {
      const note = `gateway ${index} has no /healthz: it is taken as ready since its port answers, and its latency cannot be judged`;
      return replicaOf(options, endpoint, life, life.health === "ready" ? null : note);
    }
    signal.throwIfAborted();
    if (!life.isPortTaken || tries === portTries) throw new TargetRefusal(life.complaint);
  }
}

function replicaOf(
  options: ReplicaOptions,
  endpoint: Endpoint,
  first: ReadyLife,
  note: string | null,
): Replica {
  const next = inTurn();
  const over = new AbortController();
  const lives = [first.span];
  let { running } = first;
  const pid = () => (running.exit === null ? running.pid : null);
  const start = async (): Promise<void> => {
    over.signal.throwIfAborted();
    if (pid() !== null) return;
    const life = await startAgain({ options, endpoint, lives, signal: over.signal });
    running = life.running;
  };
  const thawIt = async (): Promise<void> => {
    const now = pid();
    if (now !== null) thaw(now);
  };
  return {
    endpoint,
    note,
    lives: () => lives.map((span) => span()),
    controls: {
      get pid() {
        return pid();
      },
      kill: () => next(() => kill(running)),
      start: () => next(start),
      freeze: () => next(() => freezeRunning(pid(), options.index)),
      thaw: () => next(thawIt),
    },
    stop() {
      over.abort(new Error(`gateway ${options.index} was stopped for good`));
      return next(() => running.stop());
    },
  };
}

interface Restart {
  readonly options: ReplicaOptions;
  readonly endpoint: Endpoint;
  /** A life is noted as it begins: it may answer before we know that it is ready. */
  readonly lives: (() => ReplicaLife)[];
  readonly signal: AbortSignal;
}

async function startAgain({ options, endpoint, lives, signal }: Restart): Promise<ReadyLife> {
  for (let tries = 1; ; tries++) {
    const life = await startLife(options, endpoint, signal, (span) => lives.push(span));
    if (life.isReady) return life;
    if (life.isPortTaken) lives.pop();
    signal.throwIfAborted();
    if (!life.isPortTaken || tries === restartTries) throw new Error(life.complaint);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function kill(running: GuardedProcess): Promise<void> {
  if (running.exit === null) sendSignal(running.pid, "SIGKILL");
  await running.stop();
}

async function freezeRunning(pid: number | null, index: number): Promise<void> {
  if (pid === null) throw new Error(`gateway ${index} does not run, so it cannot be frozen`);
  await freeze(pid);
}
