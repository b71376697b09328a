import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { RedisSample } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { ownConnections } from "./own-connections.ts";

/** Reads Redis's own counters until it is disposed of. */
export interface RedisSampler extends AsyncDisposable {
  readonly samples: readonly RedisSample[];
}

/** A Redis that has not answered for so long is not waited for. */
const patienceMs = 1_000;

/**
 * Reads INFO every `everyMs` (default 250) over a connection of its own, past all proxies; resolves after the first
 * try. A reading that fails, because Redis is broken on purpose, is left out.
 */
export async function startRedisSampler(redisUrl: string, everyMs = 250): Promise<RedisSampler> {
  const samples: RedisSample[] = [];
  /** How often we had connected when a life of Redis was first read, by its `run_id`. */
  const ownBefore = new Map<string, number>();
  /** What our readings of a life have themselves moved over the network, by its `run_id`. */
  const ownBytes = new Map<string, number>();
  const stop = new AbortController();
  const redis = new Redis(redisUrl, {
    commandTimeout: patienceMs,
    maxRetriesPerRequest: 0,
    // So that a reply is a bulk string, whose length on the wire we know.
    protocol: 2,
    connectionName: "gatecrash-harness-sampler",
    retryStrategy: () => everyMs,
  });
  redis.on("error", () => {});
  const read = async (): Promise<void> => {
    const fromMs = monotonicMs();
    const text = await redis.info("all").catch(() => null);
    if (text === null) return;
    const read = readInfo(text);
    const own = ownConnections() - (ownBefore.get(read.runId) ?? ownConnections());
    if (!ownBefore.has(read.runId)) ownBefore.set(read.runId, ownConnections());
    const connectionsReceived = Math.max(0, read.connectionsReceived - own);
    const moved = ownBytes.get(read.runId) ?? 0;
    ownBytes.set(read.runId, moved + requestBytes + replyBytes(text));
    // When Redis writes this reply it has counted the question, and not yet the answer.
    const networkBytes = Math.max(0, read.networkBytes - moved - requestBytes);
    samples.push({ fromMs, untilMs: monotonicMs(), ...read, connectionsReceived, networkBytes });
  };
  await read();
  const ended = (async () => {
    while (!stop.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
      await read();
    }
  })();
  return {
    samples,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
      redis.disconnect();
    },
  };
}

/** `INFO all` on the wire. */
const requestBytes = Buffer.byteLength("*2\r\n$4\r\ninfo\r\n$3\r\nall\r\n");

/** A bulk string on the wire. */
function replyBytes(text: string): number {
  const length = Buffer.byteLength(text);
  return length + String(length).length + 5;
}

/** What a text of INFO says; 0 for what it does not have. */
export function readInfo(
  text: string,
): Omit<RedisSample, "fromMs" | "untilMs" | "networkBytes"> & { readonly networkBytes: number } {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const number = (name: string): number => Number(fields.get(name) ?? 0);
  const script = { calls: 0, usec: 0, rejected_calls: 0, failed_calls: 0 };
  for (const command of ["eval", "evalsha"]) {
    for (const part of (fields.get(`cmdstat_${command}`) ?? "").split(",")) {
      const [name = "", value = "0"] = part.split("=");
      if (name in script) script[name as keyof typeof script] += Number(value);
    }
  }
  return {
    runId: fields.get("run_id") ?? "",
    connectionsReceived: number("total_connections_received"),
    connectedClients: number("connected_clients"),
    commandsProcessed: number("total_commands_processed"),
    scriptCalls: script.calls,
    scriptUs: script.usec,
    scriptFailures: script.failed_calls + script.rejected_calls,
    usedMemoryBytes: number("used_memory"),
    networkBytes: number("total_net_input_bytes") + number("total_net_output_bytes"),
  };
}
