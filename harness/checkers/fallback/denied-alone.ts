import type { Promised } from "../../../limiter/promised.ts";
import type { Claim, Evidence } from "../../history/evidence.ts";
import type { FaultRecord, History } from "../../history/history.ts";
import { noPolicy, outcomeCode } from "../../history/requests.ts";
import { kindCode } from "../../history/traces.ts";
import { type DeciderOf, deciderOf } from "../../promises/decider.ts";
import { clearLedger, closeLedger, emptyLedger, enter, type Ledger } from "../../promises/ledger.ts";
import { termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { capacityOf, type Limited } from "./degraded-promise.ts";
import { replicaCount } from "./full-outage.ts";
import type { LocalClaim } from "./judge-alone.ts";

/** Denials by replicas that had been without Redis for so long that nothing but their share counts any more. */
export interface DeniedAlone {
  readonly judged: number;
  /** Rows of the history's requests that were certainly denied although the replica had used less than its share. */
  readonly wrong: readonly number[];
  /** The most that can have been used of the share at the first of them, and the share. */
  readonly used: number;
  readonly share: number;
}

/** By how much of a window a replica may remember for longer: it remembers in cells. */
const grainShare = 1 / 32;

/**
 * What a replica's share must let in. Whatever a replica knew of Redis when it lost it, it takes no more than its whole
 * share to be used then; from then on the outage rule lets in all that fits its share together with what it has let in
 * itself, whatever the others do. So a denial is wrong if all that the replica may have let in, and its whole share at
 * the beginning, leave room in it.
 *
 * Judged is what is certain: a replica that had answered alone before, in the same cut, as nobody can who only holds back
 * after a return: had let somebody in, or turned somebody away so late that it must have ceased to hold back by then;
 * with `observed` shares two windows later. The share is rounded down, and a limit below the number of
 * replicas is left out: whose share that is, no promise says. So is a history of more than `keysInMemory` subjects: those
 * that a fallback has no room for may share what is left.
 */
export function deniedAlone(
  evidence: Evidence,
  { claim, promised, declared }: LocalClaim,
  keysInMemory: number,
): DeniedAlone {
  const { history } = evidence;
  const count = replicaCount(history);
  const own = ownPromise(promised, count, declared);
  const none = { judged: 0, wrong: [], used: 0, share: own.share };
  if (own.share < 1 || history.subjects.length > keysInMemory || claim.clockDoubt !== null) return none;
  const decides = deciderOf(history, promiseOf(promised).memoryMs);
  const judging: Judging = {
    history,
    claim,
    own,
    index: evidence.claims.indexOf(claim),
    isLone: evidence.claims.length === 1,
    spells: spellsAlone(history, decides, declared, own.settlesMs),
    decides,
    ledger: emptyLedger(longestGroup(claim) + history.faults.length),
    tally: { ...none, wrong: [] },
  };
  for (let group = 0; group < claim.traces.groups; group++) judgeGroup(judging, group);
  return judging.tally;
}

interface OwnPromise {
  readonly promised: Promised;
  readonly share: number;
  /** So long after a replica has left Redis its share begins to hold. */
  readonly settlesMs: number;
}

/** What one replica lets in at least; windows of the clock, and such as are weighed, are taken to be two windows long. */
function ownPromise(promised: Limited, count: number, declared: LocalClaim["declared"]): OwnPromise {
  const { kind, limit, windowMs } = promised;
  const share = Math.floor(capacityOf(promised) / count);
  if (kind === "rate") {
    const rate = { ...promised, burst: share, limit: Math.floor(limit / count) };
    return { promised: rate, share: rate.limit < 1 ? 0 : share, settlesMs: 0 };
  }
  const ownMs = (kind === "window" ? 1 : 2) * windowMs * (1 + grainShare);
  const own = { kind: "window", limit: share, windowMs: ownMs } as const;
  return { promised: own, share, settlesMs: declared.share === "equal" ? 0 : 2 * ownMs };
}

interface Judging {
  readonly history: History;
  readonly claim: Claim;
  readonly own: OwnPromise;
  readonly index: number;
  /** There is no other policy that could have been the one that denied. */
  readonly isLone: boolean;
  readonly spells: readonly Spell[];
  readonly decides: DeciderOf;
  readonly ledger: Ledger;
  readonly tally: { judged: number; wrong: number[]; used: number; share: number };
}

function judgeGroup(judging: Judging, group: number): void {
  const { claim, history } = judging;
  const { starts, row, kind, sentMs, untilMs } = claim.traces;
  const byReplica = new Map<number, number[]>();
  for (let i = starts[group] ?? 0; i < (starts[group + 1] ?? 0); i++) {
    if (kind[i] !== kindCode.denied) continue;
    const replica = history.requests.replica[row[i] ?? 0] ?? 0;
    const source = claim.traces.source[i] ?? 0;
    const named = history.requests.policy[row[i] ?? 0] ?? noPolicy;
    if (named === noPolicy ? !judging.isLone : named !== judging.index) continue;
    const [sent, until] = [sentMs[i] ?? 0, untilMs[i] ?? 0];
    if (judging.decides(replica, source, sent, until) !== "local") continue;
    if (!judging.spells.some((spell) => lies(spell, replica, sent, until))) continue;
    const denials = byReplica.get(replica) ?? [];
    byReplica.set(replica, denials);
    denials.push(i);
  }
  for (const [replica, denials] of byReplica) judgeReplica(judging, group, replica, denials);
}

function judgeReplica(
  { claim, history, own, spells, ledger, tally }: Judging,
  group: number,
  replica: number,
  denials: readonly number[],
): void {
  const { starts, row, kind, sentMs, untilMs, cost } = claim.traces;
  const rows: number[] = [];
  const begins = spells.filter((spell) => spell.replica === replica).map(({ fromMs }) => fromMs);
  begins.sort((a, b) => b - a);
  clearLedger(ledger);
  for (let i = starts[group] ?? 0; i < (starts[group + 1] ?? 0); i++) {
    if (history.requests.replica[row[i] ?? 0] !== replica) continue;
    rows.push(i);
    for (let at = begins.at(-1); at !== undefined && at <= (sentMs[i] ?? 0); at = begins.at(-1)) {
      // Rounded up: what was used of it at the beginning leaks away no sooner.
      enter(ledger, at, at, own.share + 1, 0);
      begins.pop();
    }
    if (kind[i] !== kindCode.denied) enter(ledger, sentMs[i] ?? 0, untilMs[i] ?? 0, cost[i] ?? 0, 0);
  }
  closeLedger(ledger);
  const atMs = Float64Array.from(rows, (i) => sentMs[i] ?? 0);
  const excess = new Float64Array(rows.length);
  promiseOf(own.promised).possibleExcess(ledger, termsOf(claim), atMs, rows.length, excess);
  const placeOf = new Map(rows.map((i, place) => [i, place]));
  for (const i of denials) {
    let peak = Number.NEGATIVE_INFINITY;
    for (let at = placeOf.get(i) ?? 0; at < rows.length && (atMs[at] ?? 0) <= (untilMs[i] ?? 0); at++)
      peak = Math.max(peak, excess[at] ?? 0);
    tally.judged++;
    if (peak + (cost[i] ?? 0) > 0) continue;
    if (tally.wrong.length === 0) tally.used = Math.max(0, Math.ceil(tally.share + peak - 1e-3));
    tally.wrong.push(row[i] ?? 0);
  }
}

function longestGroup({ traces }: Claim): number {
  let most = 0;
  for (let g = 0; g < traces.groups; g++)
    most = Math.max(most, (traces.starts[g + 1] ?? 0) - (traces.starts[g] ?? 0));
  return most;
}

/** A time in which `replica` certainly had nothing but its share. */
interface Spell {
  readonly replica: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

function lies(
  { replica: whose, fromMs, untilMs }: Spell,
  replica: number,
  sentMs: number,
  receivedMs: number,
): boolean {
  return whose === replica && sentMs > fromMs && receivedMs < untilMs;
}

/** One for each replica that was cut off and seen to decide alone. */
function spellsAlone(
  history: History,
  decides: DeciderOf,
  declared: LocalClaim["declared"],
  settlesMs: number,
): Spell[] {
  const { faults, requests } = history;
  const cuts = faults.filter(({ cutsOff = false, verified }) => cutsOff && verified !== null);
  if (cuts.length === 0) return [];
  const leftMs = cuts.map((cut) => whenLeft(cut, declared));
  const firstMs = cuts.map(() => new Map<number, number>());
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (outcome !== outcomeCode.allowed && outcome !== outcomeCode.denied) continue;
    const replica = requests.replica[row] ?? 0;
    const sent = requests.sentMs[row] ?? Number.NaN;
    const received = requests.receivedMs[row] ?? Number.NaN;
    cuts.forEach(({ injectedMs, healingMs, replicas }, index) => {
      const aloneMs = outcome === outcomeCode.denied ? leftMs[index]?.get(replica) : injectedMs;
      if (!(sent > (aloneMs ?? injectedMs) && received < healingMs) || !replicas.includes(replica)) return;
      if (decides(replica, requests.source[row] ?? 0, sent, received) !== "local") return;
      firstMs[index]?.set(replica, Math.min(firstMs[index]?.get(replica) ?? received, received));
    });
  }
  return cuts.flatMap(({ healingMs }, index) =>
    [...(firstMs[index] ?? [])].map(([replica, atMs]) => ({
      replica,
      fromMs: atMs + settlesMs,
      untilMs: healingMs,
    })),
  );
}

/**
 * By replica: after that, who turns somebody away alone in `cut` has certainly left Redis, and does not hold back any more
 * after an earlier return, with a deadline for its timers. Where nothing is declared nobody knows how long it holds back,
 * nor whether it had been away unseen: only who lets somebody in alone shows that it has left.
 */
function whenLeft(
  { replicas, injectedMs }: FaultRecord,
  { deadlineMs, holdsBackMs = Number.POSITIVE_INFINITY }: LocalClaim["declared"],
): ReadonlyMap<number, number> {
  return new Map(replicas.map((replica) => [replica, injectedMs + holdsBackMs + deadlineMs]));
}
