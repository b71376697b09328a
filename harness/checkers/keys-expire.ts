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
 * declared: then memory grows with every subject that ever asked. Says how much memory a key takes.
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
  const horizonMs = claims.reduce(
    (most, { promises, slackMs }) => Math.max(most, promises.stateHorizonMs + slackMs),
    0,
  );
  const numbers = {
    keys: audit.keys,
    keysWithoutExpiry: audit.endless,
    longestLifeMs: audit.longestMs,
    declaredMs: horizonMs,
    ...(audit.sampledKeys === 0 ? {} : { bytesPerKey: audit.sampledBytes / audit.sampledKeys }),
  };
  if (audit.endless > 0)
    return {
      verdict: "fail",
      summary: `${counted(audit.endless)} of ${counted(audit.keys)} keys never expire, ${audit.endlessKey} is one`,
      numbers,
    };
  if (audit.longestMs > horizonMs + roundingMs)
    return {
      verdict: "fail",
      summary: `The key ${audit.longestKey} has ${duration(audit.longestMs)} left to live, where ${duration(horizonMs)} are declared`,
      numbers,
    };
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
  return {
    verdict: "pass",
    summary: `All ${counted(audit.keys)} keys expire within ${duration(audit.longestMs)}, ${duration(horizonMs)} are declared${memory}`,
    numbers,
  };
}
