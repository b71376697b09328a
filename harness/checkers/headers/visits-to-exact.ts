import type { Policy } from "../../../limiter/policy.ts";
import type { Promised } from "../../../limiter/promised.ts";
import { obeyedWait } from "../../headers/obeyed-wait.ts";
import type { Visit } from "../../history/history.ts";
import { seededRandom } from "../../load/random.ts";
import { exactLimiter } from "../../promises/exact-limiter.ts";
import type { Told } from "./simulated-visits.ts";

/** Who visits, and for how long. */
export interface VisitsToExactOptions {
  readonly policy: Policy;
  readonly promised: Promised;
  readonly seed: number;
  /** The limiter's clock is so much ahead. @default 0 */
  readonly offsetMs?: number;
  /** @default 4 */
  readonly clients?: number;
  /** @default 20,000 */
  readonly forMs?: number;
  /** All come back when they are told, and never sooner. @default false: some come too soon */
  readonly isObedient?: boolean;
  /** The longest that an answer takes. @default 20 */
  readonly longestMs?: number;
  /** What a denial says at an instant of when to come back, which all do. @default whole seconds, rounded up */
  readonly dated?: (waitMs: number, decidedMs: number, receivedMs: number) => Visit["fields"];
}

/**
 * Test support: visits of clients, some of which do as they are told, to an exact limiter of any kind, which decides at a
 * random instant of each. `tells` changes what it says, never what it does.
 */
export function visitsToExact(
  options: VisitsToExactOptions,
  tells: (told: Told) => Told = (told) => told,
): Visit[] {
  const { policy, promised, seed, offsetMs = 0, clients = 4 } = options;
  const { forMs = 20_000, longestMs = 20, isObedient = false, dated } = options;
  const random = seededRandom(seed, "visits-to-exact");
  const visits: Visit[] = [];
  for (let client = 0; client < clients; client++) {
    const consumedMs: number[] = [];
    const roomAt = (atMs: number): number => {
      const limiter = exactLimiter(promised, offsetMs);
      for (const earlierMs of consumedMs) limiter.consume(earlierMs, 1);
      return limiter.room(atMs);
    };
    let sentMs = 1_000 + random() * 100;
    while (sentMs < forMs) {
      const receivedMs = sentMs + random() * longestMs;
      const decidedMs = sentMs + random() * (receivedMs - sentMs);
      const isAllowed = roomAt(decidedMs) >= 1;
      if (isAllowed) consumedMs.push(decidedMs);
      const waitMs = isAllowed ? 0 : waitUntilRoom(roomAt, decidedMs, 2 * policy.windowMs);
      const remaining = Math.max(0, Math.floor(roomAt(decidedMs)));
      const told = tells({ isAllowed, remaining, resetMs: waitMs, retryAfterMs: waitMs });
      const visit = visitOf(policy, `probe-${client}`, { sentMs, receivedMs, told });
      const dates = isAllowed ? undefined : dated?.(told.retryAfterMs, decidedMs, receivedMs);
      visits.push(dates === undefined ? visit : { ...visit, fields: { ...visit.fields, ...dates } });
      const seconds = 1_000 * Math.ceil(told.retryAfterMs / 1_000);
      const obeysMs = dates === undefined ? seconds : obeyedWait({ fields: dates }).waitMs + politenessMs;
      const pauseMs = isAllowed ? (random() < 0.5 ? 0 : random() * 900) : obeysMs;
      sentMs = receivedMs + 1 + (!isObedient && random() < 0.3 ? random() : 1) * pauseMs;
    }
  }
  return visits.toSorted((a, b) => a.sentMs - b.sentMs);
}

/** So much past a date clients come, as the live ones do. */
const politenessMs = 200;

/** The shortest wait after which one more is let in. */
function waitUntilRoom(roomAt: (atMs: number) => number, atMs: number, longestMs: number): number {
  let [tooShort, enough] = [0, longestMs];
  for (let i = 0; i < 40; i++) {
    const middle = (tooShort + enough) / 2;
    if (roomAt(atMs + middle) >= 1) enough = middle;
    else tooShort = middle;
  }
  return enough;
}

interface Seen {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly told: Told;
}

function visitOf({ name }: Policy, subject: string, { sentMs, receivedMs, told }: Seen): Visit {
  const fields = {
    ratelimit: `"${name}";r=${told.remaining}`,
    ...(told.retryAfterMs > 0 ? { "retry-after": String(Math.ceil(told.retryAfterMs / 1_000)) } : {}),
  };
  const outcome = told.isAllowed ? "allowed" : "denied";
  return { subject, replica: 0, sentMs, receivedMs, outcome, source: "redis", fields };
}
