import type { Decision } from "../decision.ts";

/** The body of an answer that lets nobody in. */
export interface Refusal {
  readonly contentType: string;
  readonly body: string;
  readonly length: string;
}

/**
 * The bodies of 429 and 503: `application/problem+json` (RFC 9457, with the problem type and `violated-policies` of
 * draft-ietf-httpapi-ratelimit-headers-11) for whoever accepts JSON, else one line of text. Each is made once.
 */
export function refusals(): (decision: Decision, accept?: string) => Refusal {
  const made = new Map<string, Refusal>();
  return (decision, accept) => {
    const isJson = acceptsJson(accept);
    if (decision.outcome === "unavailable") return isJson ? UNAVAILABLE_JSON : UNAVAILABLE_TEXT;
    if (!isJson) return DENIED_TEXT;
    const id = idOf(decision);
    const known = made.get(id);
    if (known !== undefined) return known;
    const refusal = quotaExceeded(violatedIn(decision));
    if (made.size < MADE_AT_MOST) made.set(id, refusal);
    return refusal;
  };
}

/** Few policies deny together, but all their combinations would be many. */
const MADE_AT_MOST = 256;

/** One string for each combination of policies that deny. */
function idOf({ policy, quotas }: Decision): string {
  let id = "";
  for (const quota of quotas)
    if (quota.retryAfterMs > 0) id = id === "" ? quota.policy : `${id}\n${quota.policy}`;
  return id === "" ? policy : id;
}

function violatedIn({ policy, quotas }: Decision): readonly string[] {
  const violated = quotas.filter(({ retryAfterMs }) => retryAfterMs > 0);
  return violated.length === 0 ? [policy] : violated.map((quota) => quota.policy);
}

function quotaExceeded(violated: readonly string[]): Refusal {
  return problem({
    type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
    title: "Request cannot be satisfied as assigned quota has been exceeded",
    status: 429,
    "violated-policies": violated,
  });
}

/** Whether an `Accept` field lets us answer in JSON; no field accepts everything. */
function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === "*/*") return true;
  return accept.split(",").some((range) => {
    const [type = "", ...parameters] = range
      .toLowerCase()
      .split(";")
      .map((part) => part.trim());
    return JSON_RANGES.has(type) && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

const JSON_RANGES: ReadonlySet<string> = new Set([
  "*/*",
  "application/*",
  "application/json",
  "application/problem+json",
]);

function problem(members: object): Refusal {
  return refusal("application/problem+json", `${JSON.stringify(members)}\n`);
}

function refusal(contentType: string, body: string): Refusal {
  return { contentType, body, length: String(Buffer.byteLength(body)) };
}

const DENIED_TEXT = refusal("text/plain; charset=utf-8", "Too many requests.\n");
const UNAVAILABLE_TEXT = refusal("text/plain; charset=utf-8", "The rate limiter cannot decide now.\n");
const UNAVAILABLE_JSON = problem({
  type: "about:blank",
  title: "Service Unavailable",
  status: 503,
  detail: "The rate limiter cannot decide now.",
});
