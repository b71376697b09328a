import type { Decision } from "../decision.ts";
import { described } from "../described.ts";
import { LimiterOptionsError } from "../limiter-options.ts";
import type { AskedLimiter, RequestLimits, Subject } from "./asked-limiter.ts";

/** A value, or the promise of one. */
export type Eventually<T> = T | PromiseLike<T>;

/** How requests meet a limiter. An error of `key`, `cost`, `limits`, `skip` or `onDenied` goes to the framework. */
export interface RateLimitOptions<Request, Response> {
  /** Whom a request is charged to; `{ user, tenant }` if policies name their subjects. */
  readonly key: (request: Request) => Eventually<Subject>;
  /** What it costs: a whole number, at least 1. @default 1 for each request */
  readonly cost?: (request: Request) => Eventually<number | undefined>;
  /** Requests that are let in without being asked or counted. @default none */
  readonly skip?: (request: Request) => Eventually<boolean>;
  /** The limits of whoever asks (a plan), for policies that have others for them. @default those of the policies */
  readonly limits?: (request: Request) => Eventually<RequestLimits | undefined>;
  /**
   * Is told of each request that is refused (`decision.outcome` is `denied` or `unavailable`), with status and fields
   * set on the response; if it does not answer itself, the usual answer follows.
   */
  readonly onDenied?: (decision: Decision, request: Request, response: Response) => Eventually<void>;
  /**
   * Gives the cost back after responses for which it returns true: charge only failures, say. It is asked once, when
   * the response has been written; a response that was cut is not refunded. Its error refunds nothing and becomes a
   * process warning. Needs a limiter with `refund`. @default never
   */
  readonly refundWhen?: (response: Response, request: Request) => boolean;
  /** Decide and count, but let everything in; what would be refused gets `x-ratelimit-shadow`. @default false */
  readonly shadow?: boolean;
  readonly headers?: {
    /** `RateLimit-Policy` and `RateLimit`. @default true */
    readonly standard?: boolean;
    /** `X-RateLimit-Limit`, `-Remaining` and `-Reset` of the policy that decided. @default false */
    readonly legacy?: boolean;
  };
}

/** Throws a {@link LimiterOptionsError} that lists every wrong option; `more` are options of the framework's own. */
export function assertRateLimitOptions(
  limiter: AskedLimiter,
  options: object,
  more: readonly string[],
): void {
  const mistakes = mistakesIn(limiter, options, more);
  if (mistakes.length > 0) throw new LimiterOptionsError(mistakes, "The middleware");
}

const FUNCTIONS = ["key", "cost", "skip", "limits", "onDenied", "refundWhen"];
const HEADERS = ["standard", "legacy"];

function mistakesIn(limiter: AskedLimiter, options: object, more: readonly string[]): readonly string[] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const known = [...FUNCTIONS, "shadow", "headers", ...more];
  const { headers = {}, refundWhen } = options as { headers?: unknown; refundWhen?: unknown };
  return [
    ...("key" in options ? [] : ["key is missing; give a function of the request, like byIp()"]),
    ...given.flatMap(([name, value]) => {
      if (!known.includes(name)) return [`${name} is no option; the options are ${known.join(", ")}`];
      if (FUNCTIONS.includes(name) && typeof value !== "function")
        return [`${name} is ${described(value)}; give a function of the request`];
      return name === "shadow" ? booleanMistakes(name, value) : [];
    }),
    ...(typeof headers === "object" && headers !== null
      ? Object.entries(headers).flatMap(([name, value]) =>
          HEADERS.includes(name)
            ? booleanMistakes(`headers.${name}`, value)
            : [`headers.${name} is no option; the options are ${HEADERS.join(" and ")}`],
        )
      : [`headers is ${described(headers)}; give { standard, legacy }`]),
    ...(refundWhen !== undefined && limiter.refund === undefined
      ? ["refundWhen needs a limiter with refund; leave it out, or give such a limiter"]
      : []),
  ];
}

function booleanMistakes(name: string, value: unknown): readonly string[] {
  return value === undefined || typeof value === "boolean"
    ? []
    : [`${name} is ${described(value)}; give true or false`];
}
