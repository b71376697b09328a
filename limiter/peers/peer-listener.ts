import type { IncomingMessage, RequestListener } from "node:http";
import type { Policy } from "../policy.ts";
import type { GatewayContext } from "../variants/variant.ts";

/** What a peer decided. */
export interface PeerDecision {
  readonly allowed: boolean;
  /** Whether its Redis decided, or this process alone. */
  readonly source: "redis" | "local";
}

/**
 * A peer before the resource, as the gateway contract asks: 200, 429, or 503 where `decide` rejects, because its
 * documentation leaves to the user what is to happen without Redis, and a guard that cannot decide refuses.
 */
export function peerListener(
  decide: (subject: string, cost: number) => Promise<PeerDecision>,
): RequestListener {
  return (request, response) => {
    const subject = headerOf(request, "x-client-id");
    const cost = Number(headerOf(request, "x-cost") ?? 1);
    if (subject === undefined || !(Number.isSafeInteger(cost) && cost >= 1)) {
      response.statusCode = 400;
      response.end("Say who you are in the header x-client-id, and the cost as a whole number in x-cost.\n");
      return;
    }
    decide(subject, cost).then(
      ({ allowed, source }) => {
        response.statusCode = allowed ? 200 : 429;
        response.setHeader("x-ratelimit-source", source);
        response.end(allowed ? "ok" : "Too many requests.\n");
      },
      () => {
        response.statusCode = 503;
        response.setHeader("x-ratelimit-reason", "unavailable");
        response.end("The limiter cannot decide.\n");
      },
    );
  };
}

/** The policy of a peer that keeps one; throws a RangeError for several. */
export function onlyPolicy({ policies }: GatewayContext): Policy {
  const [policy, ...others] = policies;
  if (policy === undefined || others.length > 0)
    throw new RangeError(`This limiter keeps one policy at a time, and ${policies.length} were asked for.`);
  return policy;
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}
