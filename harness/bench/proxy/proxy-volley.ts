import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { bulkReply, requestFor, smallReply } from "./requests.ts";

/** How a path did in one volley. */
export interface ProxyVolley {
  readonly perSecond: number;
  /** The middle one of all round trips. */
  readonly roundTripMs: number;
  readonly requests: number;
}

/** Connections that are open from one volley to the next. */
export interface Path extends AsyncDisposable {
  /** Each connection sends its next request as soon as it has the answer, for `durationMs`. */
  volley(reply: "small" | "bulk", connections: number, durationMs: number): Promise<ProxyVolley>;
}

const replyBytes = { small: smallReply.length, bulk: bulkReply().length } as const;

/** Opens `connections` to a port of 127.0.0.1. */
export async function openPath(port: number, connections: number): Promise<Path> {
  const sockets = Array.from({ length: connections }, () =>
    createConnection({ host: "127.0.0.1", port, noDelay: true }),
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  return {
    async volley(reply, count, durationMs) {
      const startMs = performance.now();
      const each = await Promise.all(
        sockets.slice(0, count).map((socket) => roundTrips(socket, reply, startMs + durationMs)),
      );
      const tookMs = performance.now() - startMs;
      const all = each.flat().sort((one, other) => one - other);
      return {
        perSecond: (all.length * 1_000) / tookMs,
        roundTripMs: all[Math.floor(all.length / 2)] ?? Number.NaN,
        requests: all.length,
      };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Times of the round trips in milliseconds; the last one begins before `untilMs`. */
function roundTrips(socket: Socket, reply: "small" | "bulk", untilMs: number): Promise<number[]> {
  const request = requestFor(reply);
  const { promise, resolve, reject } = Promise.withResolvers<number[]>();
  const times: number[] = [];
  let left = 0;
  let sentMs = 0;
  const send = () => {
    left = replyBytes[reply];
    sentMs = performance.now();
    socket.write(request);
  };
  const onData = (chunk: Buffer) => {
    left -= chunk.length;
    if (left > 0) return;
    const nowMs = performance.now();
    times.push(nowMs - sentMs);
    if (nowMs < untilMs) return send();
    socket.off("data", onData);
    resolve(times);
    return undefined;
  };
  socket.on("data", onData).once("error", reject);
  send();
  return promise;
}
