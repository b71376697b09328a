import type { Policy } from "../../../limiter/policy.ts";
import { type RateLimitRead, readRateLimit, readRateLimitPolicy } from "../../headers/rate-limit-fields.ts";
import { readRetryAfter, type ToldWait, toldWait } from "../../headers/told-wait.ts";
import type { Visit, VisitField } from "../../history/history.ts";
import { isWindow, olderQuotas, type ToldQuota } from "./told-quotas.ts";

/** What the fields of one answer say, and sentences on what no field may say. */
export interface FieldsRead {
  readonly mistakes: readonly string[];
  /** What the answer tells of quotas, in whichever form; empty where it tells nothing. */
  readonly quotas: readonly ToldQuota[];
  /** What `Retry-After` asks for; null where it does not, or nobody can tell when its date will be. */
  readonly wait: ToldWait | null;
}

/** Reads the fields of `visit`, and judges what can be judged by one answer alone. */
export function readFields(visit: Visit, policies: readonly Policy[]): FieldsRead {
  const { fields } = visit;
  const mistakes: string[] = [];
  const itemsOf = (field: Listed, read: (text: string) => RateLimitRead) => {
    const text = fields[field];
    if (text === undefined) return [];
    const found = read(text);
    if ("mistake" in found) mistakes.push(`${names[field]}: ${text} is malformed: ${found.mistake}`);
    return "items" in found ? found.items : [];
  };
  const stated = itemsOf("ratelimit-policy", readRateLimitPolicy);
  for (const { name, numbers } of stated) {
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
  const quotas = itemsOf("ratelimit", readRateLimit).map(({ name, numbers }): ToldQuota => {
    const reset = numbers.get("t");
    const policy = stated.find((one) => one.name === name);
    return {
      name,
      limit: policy?.numbers.get("q") ?? null,
      windowSeconds: policy?.numbers.get("w") ?? null,
      remaining: numbers.get("r") ?? 0,
      resetMs: reset === undefined ? null : 1_000 * reset,
    };
  });
  const retry = fields["retry-after"];
  const read = retry === undefined ? { wait: null } : readRetryAfter(retry, null);
  if ("mistake" in read) mistakes.push(`Retry-After: ${read.mistake}`);
  const all = [...quotas, ...olderQuotas(fields)];
  return { mistakes, quotas: all, wait: toldWait(visit) };
}

/** The fields that are lists. */
type Listed = Extract<VisitField, "ratelimit" | "ratelimit-policy">;

const names: Readonly<Record<Listed, string>> = {
  ratelimit: "RateLimit",
  "ratelimit-policy": "RateLimit-Policy",
};
