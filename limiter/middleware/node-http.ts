import type { IncomingMessage, ServerResponse } from "node:http";
import type { AskedLimiter } from "./asked-limiter.ts";
import { attachCharge } from "./charge.ts";
import { gate, type Verdict } from "./gate.ts";
import { assertRateLimitOptions, type RateLimitOptions } from "./rate-limit-options.ts";
import { refundAfter } from "./refund-after.ts";

/** Middleware as Connect and Express call it; `next` may be what comes after, without any framework. */
export type NodeMiddleware<Request extends IncomingMessage = IncomingMessage> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Lets in what `limiter` allows, for node:http, Connect and Express. Allowed requests reach `next` with the quota in
 * their fields; denied ones are answered 429, and 503 when the limiter cannot decide and must not guess.
 * An error of the options' functions goes to `next`, which is called once or, after an answer, never: then it becomes a
 * process warning.
 * Throws a LimiterOptionsError that lists every wrong option.
 */
export function rateLimit<Request extends IncomingMessage = IncomingMessage>(
  limiter: AskedLimiter,
  options: RateLimitOptions<Request, ServerResponse>,
): NodeMiddleware<Request> {
  assertRateLimitOptions(limiter, options);
  const ask = gate(limiter, options);
  const { onDenied, refundWhen } = options;

  function proceed(verdict: Verdict, request: Request, response: ServerResponse, next: () => void): void {
    if (verdict.kind === "passed") {
      setFields(response, verdict.fields);
      const { charge } = verdict;
      if (charge !== undefined) {
        attachCharge(request, charge);
        if (refundWhen !== undefined) refundAfter(response, charge, () => refundWhen(response, request));
      }
    }
    next();
  }

  async function refuseWith(
    tell: NonNullable<typeof onDenied>,
    verdict: Refused,
    request: Request,
    response: ServerResponse,
  ): Promise<void> {
    setFields(response, verdict.fields);
    response.statusCode = verdict.status;
    try {
      await tell(verdict.decision, request, response);
    } catch (error) {
      // Half an answer would be waited for: nobody else knows how it was to go on.
      if (response.headersSent && !response.writableEnded) response.destroy();
      throw error;
    }
    if (!isAnswered(response)) answer(response, verdict);
  }

  return (request, response, next) => {
    const fail = (error: unknown): void => {
      if (isAnswered(response)) warn(error);
      else next(isObject(error) ? error : new Error(`an option of rateLimit threw ${error}`));
    };
    const asked = ask(request, request.headers.accept).then((verdict) => {
      // Someone else, a timeout for one, may have answered while the limiter was asked.
      if (isAnswered(response)) return;
      if (verdict.kind !== "refused") return proceed(verdict, request, response, next);
      if (onDenied === undefined) return answer(response, verdict);
      return refuseWith(onDenied, verdict, request, response).catch(fail);
    }, fail);
    // What comes after threw: that is nobody's rejection, and has the effect that it would have without a limiter.
    asked.catch((error: unknown) => {
      process.nextTick(() => {
        throw error;
      });
    });
  };
}

type Refused = Extract<Verdict, { kind: "refused" }>;

/** What is thrown may be nothing at all, by which `next` would let the request in. */
function isObject(error: unknown): error is object {
  return typeof error === "object" && error !== null;
}

/** Nobody can be answered any more, and one request must not end the process. */
function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), { code: "ERR_RATE_LIMIT_ANSWERED" });
}

function isAnswered(response: ServerResponse): boolean {
  return response.headersSent || response.writableEnded;
}

function setFields(response: ServerResponse, fields: readonly string[]): void {
  for (let i = 0; i < fields.length; i += 2) response.setHeader(fields[i] ?? "", fields[i + 1] ?? "");
}

function answer(response: ServerResponse, { status, fields, refusal }: Refused): void {
  fields.push("Content-Type", refusal.contentType, "Content-Length", refusal.length);
  response.writeHead(status, fields);
  response.end(refusal.body);
}
