import type { Policy } from "../../limiter/policy.ts";
import { count, duration } from "./numerals.ts";
import { plain } from "./plain.ts";

/** What a policy promises, in words: `per-tenant: 1,000 per 2 s`. */
export function policyText({ name, limit, windowMs, burst }: Policy): string {
  const promise = `${plain(name, 60)}: ${count(limit)} per ${duration(windowMs)}`;
  return burst === undefined ? promise : `${promise}, burst ${count(burst)}`;
}
