import type { WithoutRedisPromise } from "../../limiter/promised.ts";
import { duration } from "./numerals.ts";

/** What was declared for the time without Redis, to stand after the name of the policy. */
export function withoutRedisText(promise: WithoutRedisPromise | undefined): string {
  if (promise === undefined) return "declares nothing for the time without Redis";
  const { deadlineMs, probeIntervalMs } = promise;
  return [
    `declares for the time without Redis: ${actionOf(promise)}`,
    `every decision within ${duration(deadlineMs)}`,
    `a look whether Redis is back at least every ${duration(probeIntervalMs)}`,
  ].join("; ");
}

function actionOf(promise: WithoutRedisPromise): string {
  switch (promise.kind) {
    case "open":
      return "every request is let in";
    case "closed":
      return "every request is refused with 503";
    case "local":
      return promise.share === "equal"
        ? "each replica decides within an equal share of the limit"
        : "each replica decides within the share of the limit that it was seen to need";
  }
}
