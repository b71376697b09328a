import type { Decision } from "../decision.ts";
import { described } from "../described.ts";
import { LimiterOptionsError } from "../limiter-options.ts";
import { isRecord, wrongNames } from "../wrong-names.ts";
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

/**
 * Throws a {@link LimiterOptionsError} that lists every wrong option; `more` are options of the framework's own, and say
 * what is wrong with a value.
 */
export function assertRateLimitOptions(
  limiter: unknown,
  options: unknown,
  more: Readonly<Record<string, (value: unknown) => readonly string[]>> = {},
): void {
  const mistakes = [
    ...(isLimiter(limiter) ? [] : [`the limiter is ${described(limiter)}; give one of createLimiter`]),
    ...(isRecord(options)
      ? mistakesIn(options, more)
      : [`the options are ${described(options)}; give { key }`]),
    ...(isLimiter(limiter) &&
    isRecord(options) &&
    options.refundWhen !== undefined &&
    limiter.refund === undefined
      ? ["refundWhen needs a limiter with refund; leave it out, or give such a limiter"]
      : []),
  ];
  if (mistakes.length > 0) throw new LimiterOptionsError(mistakes, "The middleware");
}

const FUNCTIONS = ["key", "cost", "skip", "limits", "onDenied", "refundWhen"];
const HEADERS = ["standard", "legacy"];

function isLimiter(limiter: unknown): limiter is AskedLimiter {
  return isRecord(limiter) && typeof limiter.decide === "function" && Array.isArray(limiter.policies);
}

function mistakesIn(
  options: Readonly<Record<string, unknown>>,
  more: Parameters<typeof assertRateLimitOptions>[2] = {},
): readonly string[] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { key, headers = {} } = options;
  return [
    ...(key === undefined ? ["key is missing; give a function of the request, like byIp()"] : []),
    ...wrongNames(options, [...FUNCTIONS, "shadow", "headers", ...Object.keys(more)]),
    ...given.flatMap(([name, value]) => {
      if (FUNCTIONS.includes(name) && typeof value !== "function")
        return [`${name} is ${described(value)}; give a function of the request`];
      return name === "shadow" ? booleanMistakes(name, value) : (more[name]?.(value) ?? []);
    }),
    ...(typeof headers === "object" && headers !== null
      ? Object.entries(headers).flatMap(([name, value]) =>
          HEADERS.includes(name)
            ? booleanMistakes(`headers.${name}`, value)
            : [`headers.${name} is no option; the options are ${HEADERS.join(" and ")}`],
        )
      : [`headers is ${described(headers)}; give { standard, legacy }`]),
  ];
}

function booleanMistakes(name: string, value: unknown): readonly string[] {
  return value === undefined || typeof value === "boolean"
    ? []
    : [`${name} is ${described(value)}; give true or false`];
}
