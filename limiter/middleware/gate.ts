import type { Decision } from "../decision.ts";
import { retryAfterField } from "../headers.ts";
import type { AskedLimiter, AskOptions, Subject } from "./asked-limiter.ts";
import { type Charge, RequestCharge } from "./charge.ts";
import { fieldWriter } from "./field-writer.ts";
import type { Eventually, RateLimitOptions } from "./rate-limit-options.ts";
import { type Refusal, refusals } from "./refusal.ts";

/** What happens to one request: `fields` are pairs of name and value, one after the other. */
export type Verdict =
  | { readonly kind: "skipped" }
  | { readonly kind: "passed"; readonly fields: string[]; readonly charge: Charge | undefined }
  | {
      readonly kind: "refused";
      readonly status: 429 | 503;
      readonly fields: string[];
      readonly refusal: Refusal;
      readonly decision: Decision;
    };

/** What the limiter has charged to the request that it lets in. */
export function chargeIn(verdict: Verdict): Charge | undefined {
  return verdict.kind === "passed" ? verdict.charge : undefined;
}

/** Asks a limiter about a request, whatever the framework; rejects with the errors of the options' functions. */
export type Gate<Request> = (request: Request, accept: string | undefined) => Promise<Verdict>;

/** The gate of `limiter`: who is charged, what it costs, and which answer the decision makes. */
export function gate<Request>(
  limiter: AskedLimiter,
  options: Pick<RateLimitOptions<Request, never>, "key" | "cost" | "skip" | "limits" | "shadow" | "headers">,
): Gate<Request> {
  const { skip, shadow = false } = options;
  const fieldsOf = fieldWriter(limiter.policies, options.headers);
  const refusalOf = refusals();
  const always: AskOptions | undefined = shadow ? { shadow } : undefined;

  return async (request, accept) => {
    if (skip !== undefined && (await skip(request))) return SKIPPED;
    // Promises only are waited for: the common case must not yield before it has asked.
    const key = options.key(request);
    const subject = subjectFrom(isPromise(key) ? await key : key);
    const price = options.cost?.(request);
    const cost = (isPromise(price) ? await price : price) ?? 1;
    const plan = options.limits?.(request);
    const limits = isPromise(plan) ? await plan : plan;
    const asking = limits === undefined ? always : { ...always, limits };

    const sinceMs = performance.now();
    const decision = await limiter.decide(subject, cost, asking);
    const fields = fieldsOf(decision, limits);
    if (decision.outcome === "allowed") {
      const charge = new RequestCharge(limiter, decision, subject, cost, asking, sinceMs);
      return { kind: "passed", fields, charge };
    }
    if (shadow) {
      fields.push("x-ratelimit-shadow", decision.outcome);
      return { kind: "passed", fields, charge: undefined };
    }
    const retryAfter = decision.outcome === "denied" ? retryAfterField(decision) : undefined;
    if (retryAfter !== undefined) fields.push("Retry-After", retryAfter);
    const status = decision.outcome === "denied" ? 429 : 503;
    return { kind: "refused", status, fields, refusal: refusalOf(decision, accept), decision };
  };
}

const SKIPPED: Verdict = { kind: "skipped" };

function isPromise<T>(value: Eventually<T>): value is PromiseLike<T> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

/** A missing subject would be one bucket for everybody who has none, so it is an error. */
function subjectFrom(key: Subject): Subject {
  if (typeof key === "string") return key;
  if (typeof key === "object" && key !== null) {
    const wrong = Object.entries(key).find(([, name]) => typeof name !== "string");
    if (wrong === undefined) return key;
    throw new TypeError(`key returned ${wrong[1]} for ${wrong[0]}; return a string for each subject`);
  }
  throw new TypeError(`key returned ${key}; return a string, or an object of strings`);
}
