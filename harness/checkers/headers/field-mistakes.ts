import type { Policy } from "../../../limiter/policy.ts";
import {
  type RateLimitRead,
  readRateLimit,
  readRateLimitPolicy,
  readRetryAfter,
} from "../../headers/rate-limit-fields.ts";
import type { Visit, VisitField } from "../../history/history.ts";

/** What the fields of one answer say, and sentences on what no field may say. */
export interface FieldsRead {
  readonly mistakes: readonly string[];
  /** What the answer tells of each policy, by name; empty where it tells nothing, or by an older draft. */
  readonly quotas: ReadonlyMap<string, { readonly remaining: number; readonly resetMs: number | null }>;
  readonly retryAfterMs: number | null;
}

/** Reads the fields of `visit`, and judges what can be judged by one answer alone. */
export function readFields({ fields, outcome }: Visit, policies: readonly Policy[]): FieldsRead {
  const mistakes: string[] = [];
  const itemsOf = (field: VisitField, read: (text: string) => RateLimitRead) => {
    const text = fields[field];
    if (text === undefined) return [];
    const found = read(text);
    if ("mistake" in found) mistakes.push(`${names[field]}: ${text} is malformed: ${found.mistake}`);
    return "items" in found ? found.items : [];
  };
  for (const { name, numbers } of itemsOf("ratelimit-policy", readRateLimitPolicy)) {
    const policy = policies.find((one) => one.name === name);
    const [quota, window] = [numbers.get("q"), numbers.get("w")];
    if (policy === undefined) continue;
    if (quota !== policy.limit)
      mistakes.push(`RateLimit-Policy gives "${name}" ${quota}, where ${policy.limit} is promised`);
    if (window !== undefined && !isWindow(window, policy.windowMs))
      mistakes.push(
        `RateLimit-Policy gives "${name}" a window of ${window} s, where ${policy.windowMs} ms are promised`,
      );
  }
  const quotas = new Map(
    itemsOf("ratelimit", readRateLimit).map(({ name, numbers }) => {
      const reset = numbers.get("t");
      return [
        name,
        { remaining: numbers.get("r") ?? 0, resetMs: reset === undefined ? null : 1_000 * reset },
      ];
    }),
  );
  const retry = fields["retry-after"];
  const read = retry === undefined ? { delayMs: null } : readRetryAfter(retry);
  if ("mistake" in read) mistakes.push(`Retry-After: ${read.mistake}`);
  if (retry !== undefined && outcome === "allowed")
    mistakes.push(`Retry-After: ${retry} stands in an answer that lets in`);
  return { mistakes, quotas, retryAfterMs: "delayMs" in read ? read.delayMs : null };
}

/** The field counts whole seconds: a window of other length may be rounded to either side. */
function isWindow(seconds: number, windowMs: number): boolean {
  const offMs = Math.abs(1_000 * seconds - windowMs);
  return offMs === 0 || (windowMs % 1_000 !== 0 && offMs < 1_000);
}

const names: Readonly<Record<VisitField, string>> = {
  ratelimit: "RateLimit",
  "ratelimit-policy": "RateLimit-Policy",
  "retry-after": "Retry-After",
};
