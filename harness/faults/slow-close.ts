import { connect } from "node:net";
import type { Fault } from "./fault.ts";
import type { RedisWay } from "./fault-site.ts";
import { pathFault } from "./path-fault.ts";
import type { ProbeAnswer } from "./redis-probe.ts";
import { shareWords, tookWords } from "./seen-words.ts";
import { requireToxic, type ToxicOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** How slow. */
export interface SlowCloseOptions extends ToxicOptions {
  /** Whole milliseconds. */
  readonly delayMs: number;
}

/** When Redis closes a connection, the replica hears of it `delayMs` late: it goes on using one that is dead. */
export function slowClose(options: SlowCloseOptions): Fault {
  const { delayMs, toxicity = 1 } = options;
  requireToxic("slow-close", options, { delayMs });
  return pathFault({
    name: "slow-close",
    legend: `connections that Redis closes end ${delayMs} ms late${shareWords(toxicity)}`,
    breakPath: toxicPath({
      type: "slow_close",
      stream: "downstream",
      toxicity,
      attributes: { delay: delayMs },
    }),
    symptom: {
      question: "closing after QUIT",
      ask: askToClose,
      withinMs: 1_000 + 3 * delayMs,
      shows: ({ kind, tookMs }, usualMs) =>
        kind === "answered" && delayMs > 0 && tookMs >= usualMs + 0.8 * delayMs,
      says: (shown) => `closing after QUIT took ${tookWords(shown)}`,
      share: toxicity,
    },
  });
}

/** Sends QUIT; "answered" is the end of the connection that follows Redis's reply, counted from that reply on. */
function askToClose({ proxy }: RedisWay, withinMs: number): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    let sinceMs = performance.now();
    let reply = "";
    const socket = connect({ host: proxy.host, port: proxy.port, noDelay: true });
    const end = (kind: "silent" | "closed" | "reset" | "refused") => {
      clearTimeout(late);
      socket.destroy();
      const tookMs = performance.now() - sinceMs;
      resolve(
        kind === "closed" && reply !== ""
          ? { kind: "answered", tookMs, reply: reply.trim() }
          : { kind, tookMs },
      );
    };
    const late = setTimeout(() => setImmediate(end, "silent"), withinMs);
    socket.once("connect", () => socket.write("QUIT\r\n"));
    socket.on("data", (bytes) => {
      reply += bytes.toString();
      sinceMs = performance.now();
    });
    socket.once("end", () => end("closed"));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(error.code === "ECONNREFUSED" ? "refused" : "reset"),
    );
  });
}
