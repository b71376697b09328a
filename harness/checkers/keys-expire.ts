import { clockStepsOf } from "../history/clock-steps.ts";
import type { Evidence } from "../history/evidence.ts";
import type { KeyAudit, KeysSeen } from "../history/history.ts";
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
 *
 * A key that names no subject may be the limiter's own, and may stay: a switch, or one of a fixed set that all subjects
 * share. So such keys convict only together, if those that never expire are at least 95 for every 100 subjects, and the
 * subjects twenty thousand: that is more than Redis has slots, over which a set would be spread, and one that is drawn from
 * evenly would have to be of two hundred thousand. Fewer, but a hundred at least, leave it open.
 */
export function keysExpire({ fewestKeys = 100 }: KeysExpireOptions = {}): Checker {
  return {
    name: "keys-expire",
    check: (evidence) => ({ checker: "keys-expire", kind: "proof", ...outcomeOf(evidence, fewestKeys) }),
  };
}

/** Redis rounds what is left to live to whole milliseconds. */
const roundingMs = 1;
/** Keys that name nobody: of so many subjects, these for each, must never expire to convict; fewer than that are nothing. */
const fewestSubjects = 20_000;
const keysPerSubject = 0.95;
const fewestUnnamed = 100;

type Outcome = Omit<Finding, "checker" | "kind">;

const noKeys: KeysSeen = {
  keys: 0,
  endless: 0,
  endlessKey: null,
  longestMs: 0,
  longestKey: null,
  sampledKeys: 0,
  sampledBytes: 0,
};

function outcomeOf({ history, claims }: Evidence, fewestKeys: number): Outcome {
  const { keyAudit: audit, subjects } = history;
  if (audit === undefined)
    return { verdict: "not-applicable", summary: "Nobody could look at the keys in Redis", numbers: {} };
  const { unnamed = noKeys } = audit;
  const horizonMs = horizonOf(claims, setBackMs(history));
  const numbers = numbersOf(audit, horizonMs);
  const guilt = guiltOf(audit, horizonMs) ?? guiltOfUnnamed(unnamed, subjects.length);
  if (guilt !== null) return { verdict: "fail", summary: guilt, numbers };
  const doubt = `${counted(unnamed.endless)} keys that name nobody who asked never expire, ${unnamed.endlessKey} is one`;
  if (unnamed.endless >= fewestUnnamed)
    return {
      verdict: "inconclusive",
      summary: `${doubt}; whether they grow with who asks, ${counted(fewestSubjects)} subjects would show`,
      numbers,
    };
  const keys = audit.keys === 0 ? unnamed.keys - unnamed.endless : audit.keys;
  const isNothingDeclared = claims.every(({ promises: { stateHorizonMs = 0 } }) => stateHorizonMs === 0);
  if (audit.keys === 0 && keys < fewestKeys && isNothingDeclared)
    return { verdict: "not-applicable", summary: nothingSeen(audit), numbers };
  if (keys < fewestKeys)
    return {
      verdict: "inconclusive",
      summary: `Only ${counted(keys)} keys were left when they were looked at, ${counted(fewestKeys)} would show something`,
      numbers,
    };
  const { bytesPerKey } = numbers;
  const memory = bytesPerKey === undefined ? "" : `; a key takes ${counted(Math.round(bytesPerKey))} bytes`;
  const declared = horizonMs === null ? "nothing is declared" : `${duration(horizonMs)} are declared`;
  const longestMs = audit.keys === 0 ? unnamed.longestMs : audit.longestMs;
  return {
    verdict: "pass",
    summary: `All ${counted(keys)} keys expire within ${duration(longestMs)}, ${declared}${memory}`,
    ...(unnamed.endless > 0 && { notes: [doubt] }),
    numbers,
  };
}

/** Why a key of a subject is wrong; `null` if none is. */
function guiltOf(audit: KeyAudit, horizonMs: number | null): string | null {
  if (audit.endless > 0)
    return `${counted(audit.endless)} of ${counted(audit.keys)} keys never expire, ${audit.endlessKey} is one`;
  return horizonMs !== null && audit.longestMs > horizonMs + roundingMs
    ? `The key ${audit.longestKey} has ${duration(audit.longestMs)} left to live, where ${duration(horizonMs)} are declared`
    : null;
}

/** Why keys that name nobody must be one for each of so many subjects, and stay; `null` if they need not. */
function guiltOfUnnamed({ endless, endlessKey }: KeysSeen, subjects: number): string | null {
  return subjects >= fewestSubjects && endless >= keysPerSubject * subjects
    ? `${counted(endless)} keys never expire, ${endlessKey} is one: as many as the ${counted(subjects)} subjects that asked`
    : null;
}

function nothingSeen({ unnamed }: KeyAudit): string {
  return unnamed === undefined
    ? "No key that names a subject of this run was in Redis"
    : "No key of this run was in Redis";
}

function numbersOf(audit: KeyAudit, horizonMs: number | null): Readonly<Record<string, number>> {
  const { unnamed } = audit;
  return {
    keys: audit.keys,
    keysWithoutExpiry: audit.endless,
    longestLifeMs: audit.longestMs,
    ...(horizonMs === null ? {} : { declaredMs: horizonMs }),
    ...(audit.sampledKeys === 0 ? {} : { bytesPerKey: audit.sampledBytes / audit.sampledKeys }),
    ...(unnamed === undefined
      ? {}
      : { unnamedKeys: unnamed.keys, unnamedKeysWithoutExpiry: unnamed.endless }),
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
