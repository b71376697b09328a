import { clockStepsOf } from "../history/clock-steps.ts";
import type { Evidence } from "../history/evidence.ts";
import { counted, duration } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";

/** Options of `keysExpire`. */
export interface KeysExpireOptions {
  /** So many keys must have been looked at, else a pass would mean little. @default 100 */
  readonly fewestKeys?: number;
}

/**
 * Fails when a key that the run left in Redis never expires, or may live longer than the longest state horizon that is
 * declared: then memory grows with every subject that ever asked. Where none is declared, any end will do. Keys expire by
 * Redis's clock, so each may live for longer by as much as that was set back. Says how much memory a key takes. It does
 * not apply where nothing was kept, and nobody said that something would be: nobody is made to keep its state in Redis.
 */
export function keysExpire({ fewestKeys = 100 }: KeysExpireOptions = {}): Checker {
  return {
    name: "keys-expire",
    check: (evidence) => ({ checker: "keys-expire", kind: "proof", ...outcomeOf(evidence, fewestKeys) }),
  };
}

/** Redis rounds what is left to live to whole milliseconds. */
const roundingMs = 1;

function outcomeOf({ history, claims }: Evidence, fewestKeys: number): Omit<Finding, "checker" | "kind"> {
  const { keyAudit: audit } = history;
  if (audit === undefined)
    return { verdict: "not-applicable", summary: "Nobody could look at the keys in Redis", numbers: {} };
  const horizonMs = horizonOf(claims, setBackMs(history));
  const numbers = {
    keys: audit.keys,
    keysWithoutExpiry: audit.endless,
    longestLifeMs: audit.longestMs,
    ...(horizonMs === null ? {} : { declaredMs: horizonMs }),
    ...(audit.sampledKeys === 0 ? {} : { bytesPerKey: audit.sampledBytes / audit.sampledKeys }),
  };
  if (audit.endless > 0)
    return {
      verdict: "fail",
      summary: `${counted(audit.endless)} of ${counted(audit.keys)} keys never expire, ${audit.endlessKey} is one`,
      numbers,
    };
  if (horizonMs !== null && audit.longestMs > horizonMs + roundingMs)
    return {
      verdict: "fail",
      summary: `The key ${audit.longestKey} has ${duration(audit.longestMs)} left to live, where ${duration(horizonMs)} are declared`,
      numbers,
    };
  if (audit.keys === 0 && claims.every(({ promises: { stateHorizonMs = 0 } }) => stateHorizonMs === 0))
    return { verdict: "not-applicable", summary: "No key of this run was in Redis", numbers };
  if (audit.keys < fewestKeys)
    return {
      verdict: "inconclusive",
      summary: `Only ${counted(audit.keys)} keys were left when they were looked at, ${counted(fewestKeys)} would show something`,
      numbers,
    };
  const memory =
    audit.sampledKeys === 0
      ? ""
      : `; a key takes ${counted(Math.round(audit.sampledBytes / audit.sampledKeys))} bytes`;
  const declared = horizonMs === null ? "nothing is declared" : `${duration(horizonMs)} are declared`;
  return {
    verdict: "pass",
    summary: `All ${counted(audit.keys)} keys expire within ${duration(audit.longestMs)}, ${declared}${memory}`,
    numbers,
  };
}

/** The longest that is declared; `null` if one of the claims declares none. */
function horizonOf(claims: Evidence["claims"], backMs: number): number | null {
  const horizons = claims.map(
    ({ promises: { stateHorizonMs = Number.POSITIVE_INFINITY }, slackMs }) =>
      stateHorizonMs + slackMs + backMs,
  );
  const most = Math.max(0, ...horizons);
  return most === Number.POSITIVE_INFINITY ? null : most;
}

/** By how much Redis's clock was set back in all. */
function setBackMs({ faults }: Evidence["history"]): number {
  return clockStepsOf(faults).reduce((sum, { byMs }) => sum + Math.max(0, -byMs), 0);
}
