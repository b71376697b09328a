import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { sourceCode } from "../history/requests.ts";
import { called, counted, duration, percent } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { machineDoubt } from "./machine-doubt.ts";
import { type MachineStalls, machineStalls } from "./machine-stalls.ts";
import { type DoubleCharges, doubleCharges } from "./recovery/double-charges.ts";
import { type Return, type ReturnLimit, returnsOf } from "./recovery/returns.ts";
import { type AfterHeal, afterHeals } from "./recovery/storms.ts";
import { type Meanwhile, stormsMeanwhile } from "./recovery/storms-meanwhile.ts";

/** Options of `recoversWithin`. */
export interface RecoversWithinOptions {
  /**
   * A replica must be back on Redis so long after a heal, in milliseconds.
   * @default twice the declared probe interval, the deadline, and twice the event loop's delay (99th percentile)
   */
  readonly withinMs?: number;
  /** New connections that Redis may see after a heal, for each replica; the harness's own looks are among them. @default 20 */
  readonly maxConnectionsPerReplica?: number;
  /** And so many more in each second in which a fault is in force, for each connection that there was. @default 40 */
  readonly maxConnectionsPerSecond?: number;
  /** Scripts beyond one for each request and each repair, for each replica. @default 50 */
  readonly spareCallsPerReplica?: number;
}

/** Controls slower than this, in milliseconds, at the 99th percentile: a machine that was slow all along. */
const slowMs = 10;

/** So many times the allowed time, stalls left out, no slow machine explains. */
const grossTimesAllowed = 3;

/**
 * Fails when a replica that had left Redis is back later than it may be (measured: a machine that was slow all along
 * makes it inconclusive, a stall excuses its length and a look for Redis); and, whatever the machine did, when Redis then
 * denied what had room though everything let in meanwhile is counted once, or when more connections or scripts came to
 * Redis than replicas and requests explain, then or while it was broken. A replica that stayed away for three times as long
 * as it may, stalls left out, is late on a slow machine too: such a machine is slow in stalls. Where nobody has said how soon
 * a limiter is back, that is told and not judged, though a replica that never was leaves it inconclusive.
 */
export function recoversWithin(options: RecoversWithinOptions = {}): Checker {
  return {
    name: "recovers-within",
    check: (evidence) => ({
      checker: "recovers-within",
      kind: "measurement",
      ...outcomeOf(evidence, options),
    }),
  };
}

type Outcome = Omit<Finding, "checker" | "kind">;

function outcomeOf(evidence: Evidence, options: RecoversWithinOptions): Outcome {
  const { history } = evidence;
  const limit = limitOf(history, options.withinMs);
  const reason = notJudged(history, limit === null);
  if (limit === null || reason !== null)
    return { verdict: "not-applicable", summary: reason ?? "", numbers: {} };
  if (!history.requests.source.some((source) => source !== sourceCode.unlabelled))
    return {
      verdict: "inconclusive",
      summary: "No answer says who decided it, so nobody can tell when a replica was back on Redis",
      numbers: {},
    };
  const returns = returnsOf(history, limit);
  const { maxConnectionsPerReplica = 20, maxConnectionsPerSecond = 40, spareCallsPerReplica = 50 } = options;
  const meanwhile = stormsMeanwhile(history, { maxConnectionsPerReplica, maxConnectionsPerSecond });
  const heals = afterHeals(history, {
    maxConnectionsPerReplica,
    spareCallsPerReplica,
    settleMs: settleMs(returns),
  });
  const charges = doubleCharges(evidence);
  const numbers = {
    ...numbersOf(returns, heals, charges),
    ...(limit.isUndeclared ? {} : { allowedMs: longestOf(returns.map(({ limitMs }) => limitMs)) }),
    mostConnectionsMeanwhile: meanwhile.reduce((most, { connections }) => Math.max(most, connections), 0),
  };
  const notes = [
    ...returns.map((one) => returnNote(one, limit)),
    ...notesOn(heals, charges),
    ...meanwhile.map(meanwhileNote),
  ];
  const convictions = [
    ...chargedTwice(evidence, charges),
    ...heals.flatMap(stormed),
    ...meanwhile.flatMap(stormedMeanwhile),
    ...(limit.isUndeclared ? [] : late(history, returns)),
  ];
  const open = limit.isUndeclared ? unseen(returns) : openQuestions(history, returns);
  const [first, ...others] = convictions;
  if (first !== undefined)
    return { ...first, numbers, notes: [...others.map(({ summary }) => summary), ...open, ...notes] };
  const [question, ...rest] = open;
  if (question !== undefined)
    return { verdict: "inconclusive", summary: question, numbers, notes: [...rest, ...notes] };
  if (returns.length === 0)
    return {
      verdict: "not-applicable",
      summary: "No replica was seen without Redis, so none had to come back",
      numbers,
      notes,
    };
  const slowest = returns.reduce((most, { atMostMs }) => Math.max(most, atMostMs), 0);
  const summary = `Every replica was back on Redis within ${duration(slowest)} of each heal, charged nobody twice, and stormed nothing`;
  return { verdict: "pass", summary, numbers, notes };
}

interface Allowed extends ReturnLimit {
  /** Nobody has said how soon a replica is back. */
  readonly isUndeclared: boolean;
}

function limitOf({ promises }: History, withinMs: number | undefined): Allowed | null {
  const declared = promises.flatMap(({ withoutRedis }) => (withoutRedis === undefined ? [] : [withoutRedis]));
  if (declared.length === 0 && withinMs === undefined) return null;
  const longest = (key: "probeIntervalMs" | "deadlineMs"): number =>
    declared.reduce((most, one) => Math.max(most, one[key]), 0);
  return {
    withinMs,
    probeIntervalMs: longest("probeIntervalMs"),
    deadlineMs: longest("deadlineMs"),
    isUndeclared: withinMs === undefined && declared.some((one) => one.isReturnUndeclared === true),
  };
}

function notJudged({ faults }: History, undeclared: boolean): string | null {
  if (faults.length === 0) return "Nothing was broken, so nothing was healed";
  return undeclared ? "The limiter does not declare how soon it looks for Redis again" : null;
}

function settleMs(returns: readonly Return[]): number {
  return 1_000 + returns.reduce((most, { limitMs }) => Math.max(most, limitMs), 0);
}

type Conviction = Pick<Outcome, "verdict" | "summary" | "witness">;

function late(history: History, returns: readonly Return[]): Conviction[] {
  const stalls = machineStalls(history);
  const timesAllowed = machineDoubt(history, slowMs) === null ? 1 : grossTimesAllowed;
  const proved = returns.filter((one) => one.atLeastMs - excusedMs(stalls, one) > timesAllowed * one.limitMs);
  const worst = proved.toSorted((a, b) => b.atLeastMs - b.limitMs - (a.atLeastMs - a.limitMs))[0];
  if (worst === undefined) return [];
  const { fault, replica, atLeastMs, limitMs } = worst;
  return [
    {
      verdict: "fail",
      summary: `Replica ${replica} still decided without Redis ${duration(atLeastMs)} after ${fault.name} was healed, ${duration(limitMs)} are allowed`,
    },
  ];
}

/**
 * A stall excuses its own length, and the look for Redis that it spoiled. The limit is two looks and more: it has one to
 * spare for the first stall.
 */
function excusedMs(stalls: MachineStalls, { fault, atLeastMs, limitMs }: Return): number {
  const { count, totalMs } = stalls.within(fault.untilMs, fault.untilMs + atLeastMs);
  return totalMs + (Math.max(0, count - 1) * limitMs) / 2;
}

function stormed({
  fault,
  connections,
  mostConnections,
  scriptCalls,
  mostScriptCalls,
}: AfterHeal): Conviction[] {
  const storms = [
    ...(connections > mostConnections
      ? [
          `${counted(connections)} connections were made to Redis after ${fault.name} was healed, ${counted(mostConnections)} are allowed: a storm`,
        ]
      : []),
    ...(scriptCalls > mostScriptCalls
      ? [
          `Redis ran ${counted(scriptCalls)} scripts after ${fault.name} was healed, requests and repairs explain ${counted(mostScriptCalls)}: what had been decided long before was sent again`,
        ]
      : []),
  ];
  return storms.map((summary) => ({ verdict: "fail", summary }));
}

function stormedMeanwhile({ fault, connections, mostConnections }: Meanwhile): Conviction[] {
  if (connections <= mostConnections) return [];
  const summary = `${counted(connections)} connections were made to Redis while ${fault.name} was in force, ${counted(mostConnections)} are allowed: a storm`;
  return [{ verdict: "fail", summary }];
}

function meanwhileNote({ fault, connections, mostConnections }: Meanwhile): string {
  return `During ${fault.name} Redis saw ${counted(connections)} new connections (at most ${counted(mostConnections)})`;
}

function chargedTwice({ claims }: Evidence, { wrong, witness }: DoubleCharges): Conviction[] {
  if (witness === null || claims.some(({ clockDoubt }) => clockDoubt !== null)) return [];
  const many = wrong === 1 ? "one denial was wrong" : `${counted(wrong)} denials were wrong`;
  const summary = `After the heal Redis turned ${called(witness.subject)} away although it had room for it, all that was let in meanwhile counted once; ${many}`;
  return [{ verdict: "fail", summary, witness }];
}

function unseen(returns: readonly Return[]): string[] {
  return returns
    .filter(({ atMostMs }) => atMostMs === Number.POSITIVE_INFINITY)
    .map(
      ({ fault, replica }) =>
        `Replica ${replica} was not seen to come back to Redis after ${fault.name}, and nobody has said how long that may take (--returns-within)`,
    );
}

function openQuestions(history: History, returns: readonly Return[]): string[] {
  const slow = returns.filter(({ atMostMs, limitMs }) => !(atMostMs <= limitMs));
  if (slow.length === 0) return [];
  const doubt = machineDoubt(history, slowMs);
  const stalls = machineStalls(history);
  return slow.map(({ fault, replica, atMostMs, atLeastMs, limitMs }) => {
    const seen =
      atMostMs === Number.POSITIVE_INFINITY
        ? `Replica ${replica} was not seen to come back to Redis after ${fault.name}`
        : `Replica ${replica} came back to Redis at most ${duration(atMostMs)} after ${fault.name} was healed, ${duration(limitMs)} are allowed`;
    if (atLeastMs <= limitMs) return `${seen}, but nothing shows that it was without Redis all the time`;
    const stalled = stalls.near(fault.untilMs, fault.untilMs + atLeastMs);
    return `${seen}, but ${doubt ?? (stalled ? "a stall of the machine was near" : "its last decision alone is the measure")}`;
  });
}

function numbersOf(
  returns: readonly Return[],
  heals: readonly AfterHeal[],
  { judged, wrong, blindShare }: DoubleCharges,
): Finding["numbers"] {
  const finite = returns.filter(({ atMostMs }) => atMostMs < Number.POSITIVE_INFINITY);
  const provedMs = longestOf(returns.map(({ atLeastMs }) => atLeastMs));
  const seenMs = Math.max(provedMs, longestOf(finite.map(({ atMostMs }) => atMostMs)));
  return {
    returns: returns.length,
    returnsUnseen: returns.length - finite.length,
    slowestReturnMs: { proved: provedMs, estimate: seenMs, atMost: seenMs },
    wrongDenials: wrong,
    judgedDenials: judged,
    doubleChargeBlindShare: blindShare,
    mostConnections: longestOf(heals.map(({ connections }) => connections)),
    mostScriptCalls: longestOf(heals.map(({ scriptCalls }) => scriptCalls)),
  };
}

function longestOf(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

function returnNote({ fault, replica, atMostMs, limitMs }: Return, { isUndeclared }: Allowed): string {
  const back = atMostMs === Number.POSITIVE_INFINITY ? "never" : duration(atMostMs);
  const allowed = isUndeclared ? "how long it may take is not declared" : `${duration(limitMs)} allowed`;
  return `Replica ${replica}: back on Redis ${back} after ${fault.name}, ${allowed}`;
}

function notesOn(heals: readonly AfterHeal[], { judged, blindShare }: DoubleCharges): string[] {
  return [
    ...heals.map(
      ({ fault, connections, mostConnections, scriptCalls, mostScriptCalls }) =>
        `After ${fault.name} Redis saw ${counted(connections)} new connections (at most ${counted(mostConnections)}) and ${counted(scriptCalls)} scripts (at most ${counted(mostScriptCalls)})`,
    ),
    ...(heals.length === 0 ? ["Redis's counters were not read around any heal: storms are not judged"] : []),
    judged === 0
      ? "Redis denied nothing after a heal, so charging twice is not judged"
      : `Of ${counted(judged)} denials by Redis after a heal the sharpest would be right if ${percent(blindShare)} of the limit had been charged twice`,
  ];
}
