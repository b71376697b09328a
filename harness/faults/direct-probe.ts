import { Redis } from "ioredis";
import type { ProbeAnswer, RedisProbe } from "./redis-probe.ts";

/** A probe of the Redis at `url`, as the harness reaches it itself. */
export function directProbe(url: string): RedisProbe {
  return {
    async ask([command = "", ...args], withinMs) {
      const beganMs = performance.now();
      const client = new Redis(url, {
        lazyConnect: true,
        connectTimeout: withinMs,
        maxRetriesPerRequest: 0,
        enableReadyCheck: false,
        retryStrategy: null,
      });
      const failed = Promise.withResolvers<never>();
      client.on("error", failed.reject);
      const silent = Promise.withResolvers<Outcome>();
      const late = setTimeout(() => silent.resolve({ kind: "silent" }), withinMs);
      try {
        const answer = client.connect().then(() => client.call(command, ...args));
        const outcome = await Promise.race([answer.then(answered), silent.promise, failed.promise]);
        return { ...outcome, tookMs: performance.now() - beganMs };
      } catch (error) {
        return { ...outcomeOf(error), tookMs: performance.now() - beganMs };
      } finally {
        clearTimeout(late);
        client.disconnect();
      }
    },
  };
}

type Outcome = ProbeAnswer extends infer Answer
  ? Answer extends unknown
    ? Omit<Answer, "tookMs">
    : never
  : never;

function answered(reply: unknown): Outcome {
  return { kind: "answered", reply: Array.isArray(reply) ? reply.flat().join("\n") : String(reply ?? "") };
}

function outcomeOf(error: unknown): Outcome {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (name === "ReplyError") return { kind: "error", message };
  if (code === "ECONNREFUSED") return { kind: "refused" };
  return { kind: code === "ECONNRESET" || code === "EPIPE" ? "reset" : "closed" };
}
