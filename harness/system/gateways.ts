import { join } from "node:path";
import type { Policy } from "../../limiter/policy.ts";
import type { Endpoint } from "../engines/engine.ts";
import type { ReplicaLife } from "../history/history.ts";
import { foreignEnvironment } from "./foreign-environment.ts";
import type { GatewaySteering } from "./gateway-steering.ts";
import { type Replica, type ReplicaControls, type ReplicaOptions, startReplica } from "./replica.ts";

/** N gateway processes that run. Disposing stops them all. */
export interface Gateways extends AsyncDisposable {
  /** In the order of the replicas. */
  readonly endpoints: readonly Endpoint[];
  /** Of the programs themselves, as many as run. */
  readonly pids: readonly number[];
  /** What may be done to each, in the order of the replicas. */
  readonly controls: readonly ReplicaControls[];
  /** What acts on them from inside, if they were started with it. */
  readonly steering: GatewaySteering | null;
  /** Every one answers `/healthz`, past its limiter: controls can go along with the load. */
  readonly hasHealth: boolean;
  /** Worth telling, but no error: a replica without `/healthz`. */
  readonly notes: readonly string[];
  /** Every process life so far; from before it was started, until after its end was seen. */
  lives(): ReplicaLife[];
}

/** Which gateways. */
export interface StartGatewaysOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment, before the variables of the gateway contract. */
  readonly env?: Readonly<Record<string, string>>;
  /** Changes how each is started, so that it can act on it from inside. @default nothing does */
  readonly steering?: GatewaySteering;
  /** `foreign` commands do not see what npm put into our environment. @default "ours" */
  readonly program?: "ours" | "foreign";
  readonly cwd?: string;
  readonly replicas: number;
  /** At least one; the first is told in RATE_LIMIT and its like, too. */
  readonly policies: readonly Policy[];
  /** Redis as that replica reaches it. */
  readonly redisUrl: (replica: number) => string;
  /** Logs go to `logs/gateway-<i>.log` in it. */
  readonly runFolder: string;
  /** @default 20_000 */
  readonly readyWithinMs?: number;
}

/**
 * Starts the replicas at once, each on a free port of its own, and waits until all are ready. A `TargetRefusal` with the last
 * log lines of the first that ended before or was not ready in time; then none is left running.
 */
export async function startGateways(options: StartGatewaysOptions): Promise<Gateways> {
  const { program = "ours", replicas: count, readyWithinMs = 20_000 } = options;
  const failed = new AbortController();
  const environment = program === "ours" ? process.env : foreignEnvironment();
  const starts = Array.from({ length: count }, (_, index) =>
    startReplica({ ...forReplica(options, environment, index), readyWithinMs, signal: failed.signal }),
  );
  for (const start of starts) start.catch((error: unknown) => failed.abort(error));
  const settled = await Promise.allSettled(starts);
  const replicas = settled.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  if (failed.signal.aborted) {
    await stopAll(replicas);
    throw failed.signal.reason;
  }
  return {
    endpoints: replicas.map(({ endpoint }) => endpoint),
    get pids() {
      return replicas.flatMap(({ controls: { pid } }) => (pid === null ? [] : [pid]));
    },
    controls: replicas.map(({ controls }) => controls),
    steering: options.steering ?? null,
    hasHealth: replicas.every(({ note }) => note === null),
    notes: replicas.flatMap(({ note }) => (note === null ? [] : [note])),
    lives: () => replicas.flatMap((replica) => replica.lives()),
    [Symbol.asyncDispose]: () => stopAll(replicas),
  };
}

async function stopAll(replicas: readonly Replica[]): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.stop()));
}

function forReplica(
  options: StartGatewaysOptions,
  environment: NodeJS.ProcessEnv,
  index: number,
): Omit<ReplicaOptions, "readyWithinMs" | "signal"> {
  const { command, args, env, cwd, runFolder, redisUrl, steering } = options;
  const whole = { ...environment, ...env, ...contractEnvironment(options, index, redisUrl(index)) };
  const program = { command, args, env: whole };
  return {
    index,
    program: () => steering?.steered(index, program) ?? program,
    ...(cwd === undefined ? {} : { cwd }),
    logFile: join(runFolder, "logs", `gateway-${index}.log`),
  };
}

/** The variables of the gateway contract, but for PORT and HOST. */
function contractEnvironment(
  { policies, replicas }: StartGatewaysOptions,
  index: number,
  redisUrl: string,
): Record<string, string | undefined> {
  const [first] = policies;
  if (first === undefined) throw new RangeError("gateways need a policy");
  return {
    REDIS_URL: redisUrl,
    RATE_LIMIT: String(first.limit),
    RATE_WINDOW_MS: String(first.windowMs),
    // An own value, even if absent: one that we inherited must not get through.
    RATE_BURST: first.burst === undefined ? undefined : String(first.burst),
    RATE_POLICIES: JSON.stringify(policies),
    REPLICA_INDEX: String(index),
    REPLICA_COUNT: String(replicas),
  };
}
