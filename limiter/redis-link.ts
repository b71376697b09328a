import { once } from "node:events";
import { Command, Redis, type RedisOptions } from "ioredis";
import type { Script } from "./algorithms/decide-script.ts";
import { deadlines } from "./deadlines.ts";
import { scriptCall } from "./script-call.ts";

/** Why Redis gave no answer that can be used. */
export type RedisTrouble =
  | "timeout"
  | "disconnected"
  | "loading"
  | "read-only"
  | "out-of-memory"
  | "busy"
  | "breaker-open"
  | "not-asked"
  /** Of a cluster: the slot is elsewhere, or on its way there; or nobody has it. */
  | "redirected"
  | "try-again"
  | "cluster-down"
  /** Wrong or missing credentials, or rights that do not suffice. */
  | "refused"
  | "error";

/** What came back: the script's reply, or the reason why there is none. Whether it was executed is then not known. */
export type ScriptOutcome<Reply = readonly number[]> =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly trouble: RedisTrouble; readonly message?: string };

export interface RunOptions<Reply> {
  /** @default the link's */
  readonly deadlineMs?: number;
  /** Told what comes after the deadline: the reply, or undefined for an error, by which nothing was changed. */
  readonly onLate?: (reply: Reply | undefined) => void;
  /** `importing`: of a node that does not own the slot yet. @default "owner" */
  readonly askedAs?: "owner" | "importing";
}

export interface StartOptions<Reply> extends Pick<RunOptions<Reply>, "onLate" | "askedAs"> {
  /** The deadline, as `performance.now()` tells it. */
  readonly untilMs: number;
  /** May be called before `start` returns. */
  readonly onEnd: (outcome: ScriptOutcome<Reply>) => void;
}

/** One connection to Redis on which every call ends within its deadline, and none is ever sent twice or late. */
export interface RedisLink {
  /**
   * Runs `script`; `args` after `keys`. Never rejects.
   * The type of the reply is the caller's word for what the script returns: a Buffer for a string.
   */
  readonly run: <Reply = readonly number[]>(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    options?: RunOptions<Reply>,
  ) => Promise<ScriptOutcome<Reply>>;
  /** Like `run`, but tells `onEnd`, once: for calls so many that a promise for each would be felt. */
  readonly start: <Reply = readonly number[]>(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    options: StartOptions<Reply>,
  ) => void;
  /** Waits for the connection, for at most `withinMs`; whether there is one. */
  readonly connected: (withinMs: number) => Promise<boolean>;
  readonly isReady: () => boolean;
  /** Calls `listener` whenever a connection, or an attempt at one, ends: with the time when it had begun. */
  readonly onClosed: (listener: (beganMs: number) => void) => void;
  /** Calls `listener` whenever there is a new connection. */
  readonly onReady: (listener: () => void) => void;
  /** Gives the connection up and opens another. */
  readonly reconnect: () => void;
  readonly close: () => Promise<void>;
}

/** A connection that has been silent this long is given up: a black hole never says that it is one. */
const SILENCE_MS = 1_000;

export interface RedisLinkOptions {
  readonly deadlineMs: number;
  /** Another server that is reached in the same way. @default the one that is named */
  readonly at?: Address | undefined;
}

/**
 * Opens the link, at once and without waiting for Redis: until there is a connection, calls end as `disconnected`.
 * A given client is not used itself, but its options are: only a connection of our own keeps the promise above.
 */
export function redisLink(redis: string | Redis, { deadlineMs, at }: RedisLinkOptions): RedisLink {
  const client = redisClient(redis, CONNECTION, at);
  // Ours are the only deadlines: after one of ioredis's nobody hears what Redis has done.
  delete client.options.commandTimeout;
  // Without a listener ioredis prints every refused reconnect; each decision reports its own trouble.
  const warn = warningOnce();
  client.on("error", warn);
  let beganMs = performance.now();
  client.on("connecting", () => {
    beganMs = performance.now();
  });
  limitAttempts(client);
  const { watch } = deadlines();
  const silence = silenceWatch(() => client.disconnect(true));

  function start<Reply>(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    { onEnd, onLate, untilMs, askedAs }: StartOptions<Reply>,
  ): void {
    if (!isReady(client)) {
      onEnd(DISCONNECTED);
      return;
    }
    const deadline = {
      untilMs,
      isOver: false,
      expire() {
        silence.cut();
        end(TIMED_OUT);
      },
    };
    const end = (outcome: ScriptOutcome<Reply>): void => {
      deadline.isOver = true;
      onEnd(outcome);
    };
    const answered = (raw: unknown): void => {
      silence.heard();
      const reply = withText(raw) as Reply;
      if (deadline.isOver) onLate?.(reply);
      else end({ ok: true, reply });
    };
    const failed = (error: unknown): void => {
      const trouble = troubleOf(error);
      warn(error);
      if (!deadline.isOver) {
        if (isUnknownScript(error)) sendText();
        else end({ ok: false, trouble, message: error instanceof Error ? error.message : String(error) });
      } else if (trouble !== "disconnected") onLate?.(undefined);
    };
    // If this is refused, so is what follows it.
    const ask = () => askedAs === "importing" && client.call("asking").catch(() => {});
    const sendText = (): void => {
      ask();
      send(client, "eval", [script.text, String(keys.length), ...keys, ...args]).then(answered, failed);
    };
    const { keyPrefix } = client.options;
    ask();
    void client.sendCommand(scriptCall(script.sha, keys, args, { answered, failed, keyPrefix }));
    watch(deadline);
  }

  return {
    run: (script, keys, args, { deadlineMs: ownMs = deadlineMs, ...options } = {}) => {
      const untilMs = performance.now() + ownMs;
      return new Promise((onEnd) => start(script, keys, args, { ...options, untilMs, onEnd }));
    },
    start,
    connected: (withinMs) => readyWithin(client, withinMs),
    isReady: () => isReady(client),
    onClosed: (listener) => void client.on("close", () => listener(beganMs)),
    onReady: (listener) => void client.on("ready", listener),
    reconnect: () => client.disconnect(true),
    close: async () => client.disconnect(),
  };
}

async function readyWithin(client: Redis, withinMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(withinMs);
  while (!(isReady(client) || signal.aborted || client.status === "end")) {
    // Also ends with each refused attempt, after which there is another.
    await once(client, "ready", { signal }).catch(() => {});
  }
  return isReady(client);
}

/** Gives up an attempt to connect in time, also when there is a connection, but nobody at its end. */
function limitAttempts(client: Redis): void {
  let attempt: NodeJS.Timeout | undefined;
  client.on("connecting", () => {
    clearTimeout(attempt);
    attempt = setTimeout(() => client.disconnect(true), CONNECT_WITHIN_MS).unref();
  });
  for (const end of ["ready", "close"]) client.on(end, () => clearTimeout(attempt));
}

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A client like the one that `redis` names, with other options; for the server `at` another address, if given. */
export function redisClient(
  redis: string | Redis,
  options: Omit<RedisOptions, "replyMapping">,
  at?: Address,
): Redis {
  if (typeof redis !== "string") return redis.duplicate({ ...options, ...at });
  if (at === undefined) return new Redis(redis, options);
  const url = new URL(redis);
  url.host = `${at.host.includes(":") ? `[${at.host}]` : at.host}:${at.port}`;
  return new Redis(url.href, options);
}

/** Like `client.call`, which would write every reply anew as text. */
function send(client: Redis, name: string, args: (string | number)[]): Promise<unknown> {
  const { keyPrefix } = client.options;
  const command = new Command(name, args, keyPrefix === undefined ? {} : { keyPrefix });
  return client.sendCommand(command) as Promise<unknown>;
}

/** Strings in a list are text; a reply that is one string is bytes. */
function withText(reply: unknown): unknown {
  if (!Array.isArray(reply)) return reply;
  return reply.map((part) => (Buffer.isBuffer(part) ? String(part) : part));
}

function isReady(client: Redis): boolean {
  return client.status === "ready";
}

const DISCONNECTED: ScriptOutcome<never> = { ok: false, trouble: "disconnected" };
const TIMED_OUT: ScriptOutcome<never> = { ok: false, trouble: "timeout" };

const CONNECT_WITHIN_MS = 1_000;
/** Longest pause between two attempts to connect. */
export const RETRY_WITHIN_MS = 525;
const DISCONNECT_WITHIN_MS = 50;

/** Who has lost the connection has another at most so long after Redis can be reached again. */
export const RECONNECTED_WITHIN_MS: number = CONNECT_WITHIN_MS + DISCONNECT_WITHIN_MS + RETRY_WITHIN_MS;

const CONNECTION = {
  // A client that waits to be asked would never be: nothing is sent before there is a connection.
  lazyConnect: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // What was in flight when the connection closed is settled at once: nothing waits, nothing is sent again.
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_WITHIN_MS,
  disconnectTimeout: DISCONNECT_WITHIN_MS,
  retryStrategy: (attempt: number) => Math.min(RETRY_WITHIN_MS - 25, 25 * attempt) + Math.random() * 25,
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
  protocol: 2,
  // The script's numbers are read as numbers, however the given client has its own.
  stringNumbers: false,
  disableClientInfo: true,
} satisfies RedisOptions;

/**
 * Redis has executed nothing, and the text is sent in its stead, unless by then the call has been given up: what nobody
 * waits for must not be charged.
 */
function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}

/** Gives up the connection when calls are cut and no reply has come for `SILENCE_MS`. */
function silenceWatch(giveUp: () => void): { cut(): void; heard(): void } {
  let silentSinceMs: number | undefined;
  return {
    cut() {
      silentSinceMs ??= performance.now();
      if (performance.now() - silentSinceMs < SILENCE_MS) return;
      silentSinceMs = undefined;
      giveUp();
    },
    heard() {
      silentSinceMs = undefined;
    },
  };
}

/** A Redis that refuses us will not come to think better of it: somebody has to be told, once. */
function warningOnce(): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (isTold || !(error instanceof Error) || troubleOf(error) !== "refused") return;
    isTold = true;
    process.emitWarning(`Redis refuses the rate limiter, which decides without it: ${error.message}`, {
      code: "ERR_LIMITER_REFUSED",
    });
  };
}

/** What kind of trouble an error of Redis or ioredis is. */
export function troubleOf(error: unknown): RedisTrouble {
  const message = error instanceof Error ? error.message : String(error);
  return TROUBLES.find(([start]) => message.startsWith(start))?.[1] ?? "error";
}

/** How the messages of Redis and ioredis begin. */
const TROUBLES: readonly (readonly [string, RedisTrouble])[] = [
  ["LOADING", "loading"],
  ["READONLY", "read-only"],
  ["OOM", "out-of-memory"],
  ["BUSY", "busy"],
  ["MOVED ", "redirected"],
  ["ASK ", "redirected"],
  ["TRYAGAIN", "try-again"],
  ["CLUSTERDOWN", "cluster-down"],
  ["WRONGPASS", "refused"],
  ["NOAUTH", "refused"],
  ["NOPERM", "refused"],
  ["Connection is closed", "disconnected"],
  ["Stream isn't writeable", "disconnected"],
  ["Reached the max retries", "disconnected"],
  ["Command aborted", "disconnected"],
];
