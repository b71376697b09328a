import type { Policy } from "../../../limiter/policy.ts";
import type { Visit } from "../../history/history.ts";
import { seededRandom } from "../../load/random.ts";

/** What a decision says, before it becomes fields. */
export interface Told {
  readonly isAllowed: boolean;
  readonly remaining: number;
  readonly resetMs: number;
  readonly retryAfterMs: number;
}

/** What happens to a limiter that is simulated. */
export interface SimulatedVisitsOptions {
  readonly seed: number;
  /** @default 4 */
  readonly clients?: number;
  /** @default 20,000 */
  readonly forMs?: number;
  /** All that it knows is gone then. @default never */
  readonly losesAtMs?: number;
  /** It decides alone then, by what it let in alone, and tells nobody. @default never */
  readonly alone?: { readonly fromMs: number; readonly untilMs: number };
}

/**
 * Test support: visits of clients that do as they are told, to an exact sliding window that decides at a random instant
 * of each. `tells` changes what it says, never what it does.
 */
export function simulatedVisits(
  policy: Policy,
  {
    seed,
    clients = 4,
    forMs = 20_000,
    losesAtMs = Number.POSITIVE_INFINITY,
    alone = { fromMs: Number.POSITIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
  }: SimulatedVisitsOptions,
  tells: (told: Told, policy: Policy) => Told = (told) => told,
): Visit[] {
  const random = seededRandom(seed, "simulated-visits");
  const visits: Visit[] = [];
  for (let client = 0; client < clients; client++) {
    const kept: number[] = [];
    const keptAlone: number[] = [];
    let atMs = 1_000 + random() * 100;
    while (atMs < forMs) {
      const tookMs = random() * 20;
      const decidedMs = atMs + random() * tookMs;
      if (decidedMs >= losesAtMs && (kept[0] ?? losesAtMs) < losesAtMs) kept.length = 0;
      const isAlone = decidedMs >= alone.fromMs && decidedMs < alone.untilMs;
      const told = tells(decide(policy, isAlone ? keptAlone : kept, decidedMs), policy);
      visits.push(visitOf(policy, `probe-${client}`, atMs, atMs + tookMs, told));
      const waitMs = told.isAllowed
        ? random() < 0.5
          ? 0
          : random() * 1_200
        : 1_000 * Math.ceil(told.retryAfterMs / 1_000);
      const isHasty = !told.isAllowed && random() < 0.3;
      atMs += tookMs + (isHasty ? waitMs * random() : waitMs) + 1;
    }
  }
  return visits.toSorted((a, b) => a.sentMs - b.sentMs);
}

function decide({ limit, windowMs }: Policy, kept: number[], atMs: number): Told {
  while (kept.length > 0 && (kept[0] ?? 0) <= atMs - windowMs) kept.shift();
  const isAllowed = kept.length < limit;
  if (isAllowed) kept.push(atMs);
  const resetMs = (kept[0] ?? atMs) + windowMs - atMs;
  return { isAllowed, remaining: limit - kept.length, resetMs, retryAfterMs: isAllowed ? 0 : resetMs };
}

function visitOf(policy: Policy, subject: string, sentMs: number, receivedMs: number, told: Told): Visit {
  const seconds = (ms: number): number => Math.ceil(ms / 1_000);
  const fields = {
    "ratelimit-policy": `"${policy.name}";q=${policy.limit};w=${policy.windowMs / 1_000}`,
    ratelimit: `"${policy.name}";r=${told.remaining};t=${seconds(told.resetMs)}`,
    ...(told.retryAfterMs > 0 ? { "retry-after": String(seconds(told.retryAfterMs)) } : {}),
  };
  const outcome = told.isAllowed ? "allowed" : "denied";
  return { subject, replica: 0, sentMs, receivedMs, outcome, source: "redis", fields };
}
