import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { described } from "../described.ts";
import type { AskedLimiter } from "./asked-limiter.ts";
import { attachCharge } from "./charge.ts";
import { gate } from "./gate.ts";
import { assertRateLimitOptions, type RateLimitOptions } from "./rate-limit-options.ts";
import { refundAfter } from "./refund-after.ts";

/** What is needed of Fastify's request. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  readonly ip: string;
  readonly url: string;
}

/** What is needed of Fastify's reply. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  readonly sent: boolean;
  readonly statusCode: number;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: string): unknown;
}

/** What is needed of Fastify itself. */
export interface FastifyLike<Request, Reply> {
  addHook(name: FastifyHookName, hook: FastifyHook<Request, Reply>): unknown;
}

/** When a request is decided: before its body is read, or after (if the key or the cost is in the body). */
export type FastifyHookName = "onRequest" | "preHandler";

/** A hook of one route, or of all. */
export type FastifyHook<Request, Reply> = (request: Request, reply: Reply) => Promise<unknown>;

export interface FastifyRateLimitOptions<Request, Reply> extends RateLimitOptions<Request, Reply> {
  /** @default "onRequest" */
  readonly hook?: FastifyHookName;
}

/**
 * A Fastify plugin that puts `limiter` before every route of the instance that registers it:
 * `app.register(fastifyRateLimit(limiter, { key: byIp() }))`. Answers as `rateLimit` does; an error of the options'
 * functions goes to Fastify's error handler. Throws a LimiterOptionsError that lists every wrong option.
 */
export function fastifyRateLimit<
  Request extends FastifyRequestLike = FastifyRequestLike,
  Reply extends FastifyReplyLike = FastifyReplyLike,
>(
  limiter: AskedLimiter,
  given: FastifyRateLimitOptions<Request, Reply>,
): (app: FastifyLike<Request, Reply>) => Promise<void> {
  assertRateLimitOptions(limiter, given, { hook: hookMistakes });
  const { hook = "onRequest", ...options } = given;
  const limit = fastifyRateLimitHook<Request, Reply>(limiter, options);
  const plugin = async (app: FastifyLike<Request, Reply>) => {
    app.addHook(hook, limit);
  };
  // The hook is for whoever registers the plugin, not for a context of the plugin's own.
  return Object.assign(plugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "gatecrash-rate-limit",
  });
}

/** In any other hook it would decide when there is nothing left to decide. */
function hookMistakes(hook: unknown): readonly string[] {
  if (hook === "onRequest" || hook === "preHandler") return [];
  return [`hook is ${described(hook)}; choose onRequest or preHandler`];
}

/** The same for single routes: `app.get("/", { onRequest: fastifyRateLimitHook(limiter, { key }) }, handler)`. */
export function fastifyRateLimitHook<
  Request extends FastifyRequestLike = FastifyRequestLike,
  Reply extends FastifyReplyLike = FastifyReplyLike,
>(limiter: AskedLimiter, options: RateLimitOptions<Request, Reply>): FastifyHook<Request, Reply> {
  assertRateLimitOptions(limiter, options);
  const ask = gate(limiter, options);
  const { onDenied, refundWhen } = options;
  return async (request, reply) => {
    const verdict = await ask(request, request.headers.accept);
    // Someone else may have answered while the limiter was asked.
    if (reply.sent) return reply;
    if (verdict.kind === "skipped") return undefined;
    const { fields } = verdict;
    for (let i = 0; i < fields.length; i += 2) reply.header(fields[i] ?? "", fields[i + 1] ?? "");
    if (verdict.kind === "passed") {
      const { charge } = verdict;
      if (charge !== undefined) {
        attachCharge(request, charge);
        if (refundWhen !== undefined) refundAfter(reply.raw, charge, () => refundWhen(reply, request));
      }
      return undefined;
    }
    reply.code(verdict.status);
    await onDenied?.(verdict.decision, request, reply);
    if (reply.sent) return reply;
    reply.header("Content-Type", verdict.refusal.contentType);
    return reply.send(verdict.refusal.body);
  };
}
