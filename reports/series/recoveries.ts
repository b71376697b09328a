import type { Requests } from "../../harness/history/requests.ts";
import type { Result } from "../../harness/verdict/result.ts";
import type { JudgedRun } from "../report-format.ts";
import { deciderOf } from "./source-series.ts";

/** What one fault did to one replica, as its answers tell. */
export interface Recovery {
  /** Index into the result's faults. */
  readonly fault: number;
  readonly replica: number;
  readonly outcome: RecoveryOutcome;
}

/**
 * | kind | the replica |
 * |---|---|
 * | `back` | did without Redis, and answered first with it again `afterMs` after healing was done, `atMs` after the origin; 0 if before that |
 * | `stayed` | never did without Redis |
 * | `gone` | did not answer with Redis again, until the run or (index `by`) another fault of this replica put an end to waiting |
 * | `unknown` | answered nothing afterwards, or nothing that says who decided |
 *
 * A replica did without Redis when it decided or refused by itself, and also when all that was asked of it while the
 * fault was in force failed; a few lost answers beside those of Redis are no such thing.
 */
export type RecoveryOutcome =
  | { readonly kind: "back"; readonly afterMs: number; readonly atMs: number }
  | { readonly kind: "stayed" | "unknown" }
  | { readonly kind: "gone"; readonly by: number | null };

/** Every fault and each of its replicas: whether and when it was back on Redis. */
export function recoveries({ result, history }: JudgedRun): readonly Recovery[] {
  const { faults } = result;
  const asked = faults.flatMap((_, fault) => spansOf(faults, fault));
  const seen = asked.map(nothingSeen);
  const ofReplica = Map.groupBy(asked.keys(), (index) => asked[index]?.replica ?? -1);
  const { requests, run } = history;
  for (let row = 0; row < requests.count; row++)
    for (const index of ofReplica.get(requests.replica[row] ?? 0) ?? []) {
      const [span, sight] = [asked[index], seen[index]];
      if (span && sight) look(sight, span, requests, row, run.originMs);
    }
  return asked.map((span, index) => ({
    fault: span.fault,
    replica: span.replica,
    outcome: outcomeOf(span, seen[index]),
  }));
}

/** When one replica is watched for one fault, in milliseconds after the origin. */
interface Span {
  readonly fault: number;
  readonly replica: number;
  readonly fromMs: number;
  readonly injectedMs: number;
  readonly healingMs: number;
  readonly healedMs: number;
  /** Another fault ends the watch, or nothing does. */
  readonly endMs: number;
  readonly endedBy: number | null;
}

interface Seen {
  withRedis: boolean;
  /** Redis decided a request that was sent while the fault was in force. */
  withRedisInForce: boolean;
  withoutRedis: boolean;
  failed: boolean;
  /** After healing had begun, somebody still did without Redis. */
  stillWithout: boolean;
  /** After healing had begun, somebody decided who did not say who. */
  unlabelled: boolean;
  backMs: number;
}

function nothingSeen(): Seen {
  return {
    withRedis: false,
    withRedisInForce: false,
    withoutRedis: false,
    failed: false,
    stillWithout: false,
    unlabelled: false,
    backMs: Number.POSITIVE_INFINITY,
  };
}

function spansOf(faults: Result["faults"], fault: number): Span[] {
  const own = faults[fault];
  if (own === undefined) return [];
  return own.replicas.map((replica) => {
    const [next] = [...faults.keys()]
      .filter((other) => isNext(faults, fault, other, replica))
      .sort((a, b) => (faults[a]?.atMs ?? 0) - (faults[b]?.atMs ?? 0));
    return {
      fault,
      replica,
      fromMs: own.atMs,
      injectedMs: own.injectedMs,
      healingMs: own.healingMs,
      healedMs: own.untilMs,
      endMs: next === undefined ? Number.POSITIVE_INFINITY : Math.max(own.untilMs, faults[next]?.atMs ?? 0),
      endedBy: next ?? null,
    };
  });
}

/** Whether `other` still holds or newly breaks the replica after `fault` was healed. */
function isNext(faults: Result["faults"], fault: number, other: number, replica: number): boolean {
  const [own, its] = [faults[fault], faults[other]];
  if (other === fault || own === undefined || its === undefined) return false;
  return its.replicas.includes(replica) && its.untilMs > own.untilMs;
}

/** Notes what this row says about Redis and its replica: from the fault's beginning until the watch ends. */
function look(sight: Seen, span: Span, requests: Requests, row: number, originMs: number): void {
  const decider = deciderOf(requests.outcome[row] ?? 0, requests.source[row] ?? 0);
  if (decider === null) return;
  const sentMs = (requests.sentMs[row] ?? Number.NaN) - originMs;
  const answeredMs = (requests.receivedMs[row] ?? Number.NaN) - originMs;
  const heardMs = Number.isNaN(answeredMs) ? sentMs : answeredMs;
  if (heardMs < span.fromMs || heardMs > span.endMs) return;
  const isLate = heardMs >= span.healingMs;
  if (decider === "unlabelled") sight.unlabelled ||= isLate;
  else if (decider === "redis") {
    sight.withRedis = true;
    sight.withRedisInForce ||= sentMs >= span.injectedMs && sentMs <= span.healingMs;
    if (isLate) sight.backMs = Math.min(sight.backMs, heardMs);
  } else {
    const isOfFault = sentMs <= span.healedMs;
    if (decider === "undecided") sight.failed ||= isOfFault;
    else sight.withoutRedis ||= isOfFault;
    sight.stillWithout ||= isLate;
  }
}

function outcomeOf(span: Span, seen: Seen = nothingSeen()): RecoveryOutcome {
  const left = seen.withoutRedis || (seen.failed && !seen.withRedisInForce);
  if (left && seen.backMs < Number.POSITIVE_INFINITY)
    return { kind: "back", afterMs: Math.max(0, seen.backMs - span.healedMs), atMs: seen.backMs };
  if (left && seen.stillWithout && !seen.unlabelled) return { kind: "gone", by: span.endedBy };
  return { kind: seen.withRedis && !left ? "stayed" : "unknown" };
}
