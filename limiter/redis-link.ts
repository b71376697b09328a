import { once } from "node:events";
import type { Writable } from "node:stream";
import { Redis, type RedisOptions } from "ioredis";
import type { Script } from "./algorithms/decide-script.ts";

/** Why Redis gave no answer that can be used. */
export type RedisTrouble =
  | "timeout"
  | "disconnected"
  | "loading"
  | "read-only"
  | "out-of-memory"
  | "busy"
  | "error";

/** What came back: the script's reply, or the reason why there is none. Whether it was executed is then not known. */
export type ScriptOutcome =
  | { readonly ok: true; readonly reply: readonly number[] }
  | { readonly ok: false; readonly trouble: RedisTrouble };

/** One connection to Redis on which every call ends within its deadline, and none is ever sent twice or late. */
export interface RedisLink {
  /** Runs `script`; `args` after `keys`. Never rejects. */
  readonly run: (
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ) => Promise<ScriptOutcome>;
  /** Waits for the connection, for at most `withinMs`; whether there is one. */
  readonly connected: (withinMs: number) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** A connection that has been silent this long is given up: a black hole never says that it is one. */
const SILENCE_MS = 1_000;

/**
 * Opens the link, at once and without waiting for Redis: until there is a connection, calls end as `disconnected`.
 * A given client is not used itself, but its options are: only a connection of our own keeps the promise above.
 */
export function redisLink(redis: string | Redis, { deadlineMs }: { readonly deadlineMs: number }): RedisLink {
  const client = typeof redis === "string" ? new Redis(redis, CONNECTION) : redis.duplicate(CONNECTION);
  // Without a listener ioredis prints every refused reconnect; each decision reports its own trouble.
  client.on("error", () => {});
  const gather = gathering();
  const silence = silenceWatch(() => client.disconnect(true));
  return {
    run: (script, keys, args) =>
      new Promise((resolve) => {
        if (!isReady(client)) return resolve(DISCONNECTED);
        const timer = setTimeout(() => {
          // A reply that already waits in the socket counts: it was this process that was late.
          setImmediate(() => settle(TIMED_OUT));
        }, deadlineMs);
        let settled = false;
        const settle = (outcome: ScriptOutcome) => {
          if (settled) return;
          settled = true;
          clearTimeout(timer);
          if (outcome === TIMED_OUT) silence.cut();
          resolve(outcome);
        };
        gather(client.stream);
        call(client, script, keys, args, () => settled).then(
          (reply) => {
            silence.heard();
            settle({ ok: true, reply });
          },
          (error: unknown) => settle(troubleOf(error)),
        );
      }),
    connected: async (withinMs) => {
      const signal = AbortSignal.timeout(withinMs);
      while (!(isReady(client) || signal.aborted || client.status === "end")) {
        // Also ends with each refused attempt, after which there is another.
        await once(client, "ready", { signal }).catch(() => {});
      }
      return isReady(client);
    },
    close: async () => client.disconnect(),
  };
}

function isReady(client: Redis): boolean {
  return client.status === "ready";
}

const DISCONNECTED: ScriptOutcome = { ok: false, trouble: "disconnected" };
const TIMED_OUT: ScriptOutcome = { ok: false, trouble: "timeout" };

const CONNECTION = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // What was in flight when the connection closed is settled at once: nothing waits, nothing is sent again.
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  retryStrategy: (attempt: number) => Math.min(500, 25 * attempt) + Math.random() * 25,
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
  protocol: 2,
  disableClientInfo: true,
} satisfies RedisOptions;

/**
 * Makes what is asked in one turn of the event loop leave in one write: under load, writes are most of the cost.
 * After `GATHERED_AT_MOST` calls a write does not wait for the end of a long turn.
 */
function gathering(): (stream: Writable) => void {
  let gathered = 0;
  return (stream) => {
    if (stream.writableCorked === 0) {
      gathered = 0;
      stream.cork();
      setImmediate(() => stream.uncork());
    } else if (++gathered === GATHERED_AT_MOST) {
      stream.uncork();
    }
  };
}

const GATHERED_AT_MOST = 32;

/**
 * EVALSHA; if Redis does not know the script it has executed nothing, and the text is sent in its stead,
 * unless by then the call has been given up: what nobody waits for must not be charged.
 */
async function call(
  client: Redis,
  { sha, text }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
  givenUp: () => boolean,
): Promise<number[]> {
  try {
    return (await client.evalsha(sha, keys.length, ...keys, ...args)) as number[];
  } catch (error) {
    if (givenUp() || !(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return (await client.eval(text, keys.length, ...keys, ...args)) as number[];
  }
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

function troubleOf(error: unknown): ScriptOutcome {
  const message = error instanceof Error ? error.message : String(error);
  const trouble = TROUBLES.find(([start]) => message.startsWith(start))?.[1] ?? "error";
  return { ok: false, trouble };
}

/** How the messages of Redis and ioredis begin. */
const TROUBLES: readonly (readonly [string, RedisTrouble])[] = [
  ["LOADING", "loading"],
  ["READONLY", "read-only"],
  ["OOM", "out-of-memory"],
  ["BUSY", "busy"],
  ["Connection is closed", "disconnected"],
  ["Stream isn't writeable", "disconnected"],
  ["Reached the max retries", "disconnected"],
  ["Command aborted", "disconnected"],
];
