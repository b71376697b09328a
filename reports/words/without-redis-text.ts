import type { WithoutRedisPromise } from "../../limiter/promised.ts";
import { duration } from "./numerals.ts";

/** What a limiter declares to do without its Redis, as the end of a sentence that names it. */
export function withoutRedisText(promise: WithoutRedisPromise | undefined): string {
  if (promise === undefined) return "declares nothing for the time without Redis";
  const { deadlineMs, probeIntervalMs } = promise;
  const times = `within ${duration(deadlineMs)} whatever Redis does, and to look for Redis at least every ${duration(probeIntervalMs)}`;
  return `declares, without Redis, ${actionOf(promise)}, to decide ${times}`;
}

function actionOf(promise: WithoutRedisPromise): string {
  switch (promise.kind) {
    case "open":
      return "to let every request in";
    case "closed":
      return "to refuse every request with 503";
    case "local":
      return promise.share === "equal"
        ? "to let each replica decide within an equal share of the limit"
        : "to let each replica decide within the share of the limit that it was seen to need";
  }
}
