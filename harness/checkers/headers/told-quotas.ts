import type { Policy } from "../../../limiter/policy.ts";
import type { Visit } from "../../history/history.ts";

/** What one field of an answer says that remains. */
export interface ToldQuota {
  /** The policy's name in the field; null in the older forms, which know none. */
  readonly name: string | null;
  /** The limit that the answer gives for it, and its window in whole seconds; null where it does not. */
  readonly limit: number | null;
  readonly windowSeconds: number | null;
  readonly remaining: number;
  /** Null where it is not told, or nobody can tell whether it is a wait or a date. */
  readonly resetMs: number | null;
}

/**
 * The quotas in `fields` by the older forms: `RateLimit: limit=5, remaining=4, reset=3` and the fields `RateLimit-Limit`,
 * `-Remaining` and `-Reset` of the drafts before 8, and `X-RateLimit-Remaining`, whose reset means what its writer likes.
 * What is written otherwise is nobody's promise, and left out.
 */
export function olderQuotas(fields: Visit["fields"]): ToldQuota[] {
  const told = fields.ratelimit ?? "";
  const inOne = (key: string): string | undefined => new RegExp(`(?:^|[\\s,;])${key}=(\\d+)`).exec(told)?.[1];
  const isOlder = /^\s*(?:limit|remaining|reset)=\d/.test(told);
  return [
    isOlder ? quotaOf(inOne("limit"), inOne("remaining"), inOne("reset")) : [],
    quotaOf(fields["ratelimit-limit"], fields["ratelimit-remaining"], fields["ratelimit-reset"]),
    quotaOf(fields["x-ratelimit-limit"], fields["x-ratelimit-remaining"], undefined),
  ].flat();
}

/**
 * Whether an answer has a field that says what remains: one of the drafts, readable or not, or `X-RateLimit-Remaining` as a
 * whole number. No draft defines that one: what else stands in it may mean anything.
 */
export function tellsQuota({ fields }: Visit): boolean {
  const { ratelimit, "ratelimit-remaining": older, "x-ratelimit-remaining": foreign = "" } = fields;
  return ratelimit !== undefined || older !== undefined || isWhole(foreign);
}

/** Whether the text of an older field is a whole number from 0 on, as what remains is. */
export function isWhole(text: string): boolean {
  return /^\d+$/.test(text);
}

/**
 * Says whether a quota is `policy`'s: it has the name; or there is but one policy, and all answers tell of one name or of
 * none (a program need not call its policy as we do), with the limit and the window of it where they give one.
 */
export function quotaIsOf(
  policy: Policy,
  policies: readonly Policy[],
  told: readonly ToldQuota[],
): (quota: ToldQuota) => boolean {
  const names = new Set(told.flatMap(({ name }) => (name === null ? [] : [name])));
  const isAlone = policies.length === 1 && names.size <= 1;
  const { limit, burst = limit } = policy;
  return ({ name, limit: toldLimit, windowSeconds }) => {
    if (name === policy.name) return true;
    const isLimit = toldLimit === null || toldLimit === limit || toldLimit === burst;
    return isAlone && isLimit && (windowSeconds === null || isWindow(windowSeconds, policy.windowMs));
  };
}

/** The field counts whole seconds: a window of other length may be rounded to either side. */
export function isWindow(seconds: number, windowMs: number): boolean {
  const offMs = Math.abs(1_000 * seconds - windowMs);
  return offMs === 0 || (windowMs % 1_000 !== 0 && offMs < 1_000);
}

/** A reset of thirty years is a date. */
const latestResetSeconds = 1e9;

function quotaOf(
  limit: string | undefined,
  remaining: string | undefined,
  reset: string | undefined,
): ToldQuota[] {
  if (remaining === undefined || !isWhole(remaining)) return [];
  const stated = /^\s*(\d+)/.exec(limit ?? "")?.[1];
  const seconds = /^\d+$/.test(reset ?? "") ? Number(reset) : latestResetSeconds;
  return [
    {
      name: null,
      limit: stated === undefined ? null : Number(stated),
      windowSeconds: null,
      remaining: Number(remaining),
      resetMs: seconds < latestResetSeconds ? 1_000 * seconds : null,
    },
  ];
}
