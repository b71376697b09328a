import type { IncomingMessage, ServerResponse } from "node:http";
import type { Decision } from "../decision.ts";
import { rateLimitField, rateLimitPolicyField, retryAfterField } from "../headers.ts";
import type { Limiter } from "../limiter.ts";

export interface RateLimitOptions {
  /** Whom a request is charged to. */
  readonly key: (request: IncomingMessage) => string;
  /** What it costs: a whole number, at least 1. @default 1 for each request */
  readonly cost?: (request: IncomingMessage) => number;
}

/** Middleware as Connect and Express call it. */
export type NodeMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Lets in what `limiter` allows. Allowed requests reach `next` with `RateLimit` and `RateLimit-Policy` set;
 * denied ones are answered 429 with `Retry-After` and `x-ratelimit-policy`; when the limiter cannot decide, 503 with
 * `x-ratelimit-reason: unavailable`. Else `x-ratelimit-source` says who decided. An error of `key` or `cost` goes to `next`.
 */
export function rateLimit(
  limiter: Pick<Limiter, "decide" | "policies">,
  { key, cost }: RateLimitOptions,
): NodeMiddleware {
  const policyField = rateLimitPolicyField(limiter.policies);
  return (request, response, next) => {
    let deciding: Promise<Decision>;
    try {
      deciding = limiter.decide(key(request), cost?.(request));
    } catch (error) {
      next(error);
      return;
    }
    deciding.then((decision) => {
      if (decision.outcome === "denied") return deny(response, decision, policyField);
      if (decision.outcome === "unavailable") return refuse(response);
      response.setHeader("RateLimit-Policy", policyField);
      response.setHeader("RateLimit", rateLimitField(decision.quotas));
      response.setHeader("x-ratelimit-source", decision.source);
      next();
    }, next);
  };
}

function deny(response: ServerResponse, decision: Decision, policyField: string): void {
  const retryAfter = retryAfterField(decision);
  // biome-ignore format: pairs of name and value
  const headers = [
    "RateLimit-Policy", policyField,
    "RateLimit", rateLimitField(decision.quotas),
    "x-ratelimit-policy", decision.policy,
    "x-ratelimit-source", decision.source,
    "Content-Length", DENIED_LENGTH,
  ];
  if (retryAfter !== undefined) headers.push("Retry-After", retryAfter);
  response.writeHead(429, headers);
  response.end(DENIED);
}

function refuse(response: ServerResponse): void {
  response.statusCode = 503;
  response.setHeader("x-ratelimit-reason", "unavailable");
  response.end("The rate limiter cannot decide now.\n");
}

const DENIED = "Too many requests.\n";
const DENIED_LENGTH = String(DENIED.length);
