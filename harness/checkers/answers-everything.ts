import { controlKey } from "../history/control-key.ts";
import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import { type ExplainedByFault, explainedByFaults } from "../promises/explained-by-faults.ts";
import { unknownPhases } from "../promises/teeth.ts";
import { declaredReturnMs, declaresWithoutRedis, undeclaredReturnMs } from "../promises/without-redis.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { errorWords } from "./error-words.ts";
import { hungRequests } from "./hung-requests.ts";
import { machineDoubt } from "./machine-doubt.ts";
import { machineStalls } from "./machine-stalls.ts";
import { measuredPhases } from "./phases-of.ts";
import { refusedNames } from "./refused-names.ts";
import { isCrowdedOut } from "./schedule-quality.ts";
import { unplannedSlowCalls } from "./slow-calls.ts";
import { type StoppedByUs, stoppedByUs } from "./stopped-by-us.ts";
import { untimelyEnds } from "./untimely-ends.ts";

/** How much may go unanswered. */
export interface AnswersEverythingOptions extends AcceptedShares {
  /**
   * Other shares for the requests of the phases of these names, each judged for itself: what a fault may cost, say.
   * What is left out is as for all others. @default the same for all
   */
  readonly phases?: Readonly<Record<string, AcceptedShares>>;
}

/** Shares of the requests that were sent, 0 to 1. */
export interface AcceptedShares {
  /** Requests that were sent and never answered, as a share of those sent (0 to 1). @default 0 */
  readonly maxUnansweredShare?: number;
  /** Answers that are neither 200, 429 nor a declared 503, as a share of those sent (0 to 1). @default 0 */
  readonly maxErrorShare?: number;
  /** Declared 503s: the limiter could not decide and refused. @default 0 */
  readonly maxUnavailableShare?: number;
}

/** Controls slower than this, in milliseconds, at the 99th percentile: a machine that was slow all along. */
const slowMs = 10;

/** What servers, and proxies before them, answer when a request came at a bad time. */
const overloadStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** A stall that nothing else showed can cost so many answers, as a share of those sent; more is the limiter's own. */
const unseenStallShare = 0.001;

/**
 * Fails when more than the given shares of the requests of the judged, paced phases got no answer, an error, or a
 * refusal for want of a decision. An empty history is inconclusive: no traffic proves nothing. What a busy machine can
 * cause (no answer, none in time, 502 to 504) is inconclusive near a stall of it, and where it is rare; another error
 * is an error on any machine, and so is silence towards most requests while the controls beside them are answered. That
 * the connections were all waiting, so that others were never sent, excuses nobody who kept more requests than a stall
 * explains while the same gateways answered controls (`hungRequests`).
 * Gateways that ended by themselves are named; of one that a fault stopped, no answer is wanted until it was healed.
 * Refusals by a limiter that declares `closed` are answers while a fault explains them; those of one that declares
 * nothing are not blamed then. Names that the server refuses for their length alone are told of, and not judged. A name
 * of a phase that the history does not have is inconclusive too.
 */
export function answersEverything(options: AnswersEverythingOptions = {}): Checker {
  return { name: "answers-everything", check: ({ history }) => findingOf(history, options) };
}

function findingOf(history: History, options: AnswersEverythingOptions): Finding {
  const { phases = {}, ...usual } = options;
  const names = Object.keys(phases);
  const isStoppedByUs = stoppedByUs(history);
  const refused = refusedNames(history);
  const isStopped: StoppedByUs = (row) => refused.has(row) || isStoppedByUs(row);
  const all = tallyOf(history, measuredPhases(history), isStopped);
  const base = {
    checker: "answers-everything",
    kind: "measurement" as const,
    numbers: {
      sent: all.sent,
      unansweredShare: share(all.lost.all, all.sent),
      errorShare: share(all.error.all + all.overloaded.all, all.sent),
      unavailableShare: share(all.unavailable.all, all.sent),
    },
  };
  if (all.sent === 0)
    return { ...base, verdict: "inconclusive", summary: "No requests were sent in a paced phase" };
  const [unknown] = unknownPhases(history.phases, names);
  if (unknown !== undefined) return { ...base, verdict: "inconclusive", summary: unknown };
  const others = history.phases.map(({ name }) => name).filter((name) => !names.includes(name));
  const groups = [
    { names: others, accepted: usual },
    ...names.map((name) => ({ names: [name], accepted: { ...usual, ...phases[name] } })),
  ];
  const verdicts = groups.flatMap((group) => {
    const phasesOf = measuredPhases(history, group.names);
    const tally = tallyOf(history, phasesOf, isStopped);
    if (tally.sent === 0) return [];
    const where = names.length === 0 ? "" : ` in ${group.names.join(", ")}`;
    const isSilent = isSilentTowards(tally, history, phasesOf);
    if (isSilent) tally.lost.unexcused = tally.lost.all;
    const { maxUnansweredShare = 0 } = group.accepted;
    const crowding =
      tally.hung > (maxUnansweredShare + unseenStallShare) * tally.sent ? "explained" : "unexplained";
    const doubt = () => (isSilent ? null : machineDoubt(history, slowMs, group.names, crowding));
    const errors = errorWords(history, phasesOf, isStopped);
    return [judged(partsOf(tally, group.accepted, errors), tally.sent, where, doubt)];
  });
  const worst =
    verdicts.find(({ verdict }) => verdict === "fail") ??
    verdicts.find(({ verdict }) => verdict === "inconclusive");
  if (worst !== undefined) {
    const { sentences, notes } = untimelyEnds(history);
    return {
      ...base,
      ...worst,
      summary: [worst.summary, ...sentences.slice(0, 2)].join("; "),
      notes: [...notes, ...refused.notes],
    };
  }
  const unanswered = all.lost.all + all.error.all + all.overloaded.all + all.unavailable.all;
  const accepted = unanswered === 0 ? "" : `, but for ${unanswered.toLocaleString("en")} that are accepted`;
  const summary = `All ${all.sent.toLocaleString("en")} requests were answered${accepted}`;
  return { ...base, verdict: "pass", summary, notes: [...notesOn(history, all), ...refused.notes] };
}

function notesOn({ promises }: History, { unblamed }: Tallies): string[] {
  if (unblamed === 0 || declaresWithoutRedis(promises)) return [];
  return [
    `${unblamed.toLocaleString("en")} were refused undecided (503) near a fault: nobody declared what the limiter does without Redis, so they are not judged`,
  ];
}

/** Fewer controls than this say nothing of the machine. */
const fewestControls = 50;
/** A Redis that is so slow may be why nothing is answered, in milliseconds. */
const farTooSlowMs = 1_000;

/**
 * Over half of the requests got no answer, while nearly every control did, on the same machine and at the same
 * instants, and so did the harness's own calls to Redis: no slowness explains that.
 */
function isSilentTowards({ sent, lost }: Tallies, history: History, phases: readonly number[]): boolean {
  if (lost.all <= sent / 2) return false;
  if (unplannedSlowCalls(history).some(({ fromMs, untilMs }) => untilMs - fromMs > farTooSlowMs))
    return false;
  const { requests, subjects } = history;
  const control = subjects.indexOf(controlKey);
  let answered = 0;
  let unanswered = 0;
  for (let row = 0; row < requests.count; row++) {
    if (requests.subject[row] !== control || !phases.includes(requests.phase[row] ?? 0)) continue;
    if (requests.outcome[row] === outcomeCode.control) answered++;
    else if (!isCrowdedOut(requests, row)) unanswered++;
  }
  return answered >= fewestControls && unanswered <= 0.01 * answered;
}

function partsOf(
  { sent, lost, error, overloaded, unavailable }: Tallies,
  accepted: AcceptedShares,
  errors: string,
): Part[] {
  const { maxUnansweredShare = 0, maxErrorShare = 0, maxUnavailableShare = 0 } = accepted;
  const spare = unseenStallShare * sent;
  return [
    { what: "got no answer", ...lost, most: maxUnansweredShare * sent, spare },
    {
      what: errors === "" ? "got an error" : `got an error (${errors})`,
      ...error,
      most: maxErrorShare * sent,
      spare: 0,
    },
    { what: "were answered 502, 503 or 504", ...overloaded, most: maxErrorShare * sent, spare },
    {
      what: "were refused undecided (503)",
      ...unavailable,
      most: maxUnavailableShare * sent,
      spare,
    },
  ];
}

/** Requests of one kind: all of them, and those that no stall of the machine was near. */
interface Tally {
  all: number;
  unexcused: number;
}

interface Part extends Readonly<Tally> {
  readonly what: string;
  /** So many are accepted. */
  readonly most: number;
  /** So many more may be due to a stall that nothing showed. */
  readonly spare: number;
}

interface Tallies {
  readonly sent: number;
  /** Refused for want of a decision, as is declared or is not declared otherwise. */
  readonly unblamed: number;
  readonly lost: Tally;
  /** Of the lost, those that no stall was near, and that their gateway kept while it answered others. */
  readonly hung: number;
  readonly error: Tally;
  /** Errors that a server answers with when it has too much to do. */
  readonly overloaded: Tally;
  readonly unavailable: Tally;
}

/** Which tally counts a request that ended so; `null` for what was answered. */
function kindOf(outcome: number, status: number): "lost" | "error" | "overloaded" | "unavailable" | null {
  if (outcome === outcomeCode.lost) return "lost";
  if (outcome === outcomeCode.unavailable) return "unavailable";
  if (outcome === outcomeCode.refused) return "error";
  if (outcome !== outcomeCode.error) return null;
  return overloadStatuses.has(status) ? "overloaded" : "error";
}

function tallyOf(history: History, phases: readonly number[], isStopped: StoppedByUs): Tallies {
  const { requests } = history;
  const asked = new Uint8Array(256);
  for (const phase of phases) asked[phase] = 1;
  const stalls = machineStalls(history);
  const isExcused = excusedRefusals(history);
  const tallies = { lost: none(), error: none(), overloaded: none(), unavailable: none() };
  let sent = 0;
  let unblamed = 0;
  let hung = 0;
  const isHung = hungRequests(history);
  for (let row = 0; row < requests.count; row++) {
    const code = requests.outcome[row] ?? 0;
    if (asked[requests.phase[row] ?? 0] !== 1) continue;
    if (code === outcomeCode.dropped || code === outcomeCode.blank) continue;
    sent++;
    if (isStopped(row)) continue;
    const kind = kindOf(code, requests.status[row] ?? 0);
    if (kind === null) continue;
    const tally = tallies[kind];
    const sentMs = requests.sentMs[row] ?? 0;
    const untilMs = requests.receivedMs[row] ?? Number.NaN;
    if (kind === "unavailable" && isExcused(requests.replica[row] ?? 0, sentMs, untilMs)) {
      unblamed++;
      continue;
    }
    tally.all++;
    const excused = kind !== "error" && stalls.near(sentMs, Number.isNaN(untilMs) ? sentMs : untilMs);
    if (!excused) tally.unexcused++;
    if (!excused && isHung(row)) hung++;
  }
  return { sent, unblamed, hung, ...tallies };
}

/**
 * A limiter that declares `closed` keeps its word by refusing, from a fault on until it is back on Redis; and one that
 * declares nothing breaks none. Of several processes behind one port each has the time that is declared for a return.
 */
function excusedRefusals(history: History): ExplainedByFault {
  const { promises } = history;
  const isClosed = promises.some(({ withoutRedis }) => withoutRedis?.kind === "closed");
  if (isClosed) return explainedByFaults(history, 0, declaredReturnMs(promises));
  return declaresWithoutRedis(promises) ? () => false : explainedByFaults(history, 0, undeclaredReturnMs);
}

function none(): Tally {
  return { all: 0, unexcused: 0 };
}

function share(n: number, of: number): number {
  return of === 0 ? 0 : n / of;
}

function judged(
  parts: readonly Part[],
  sent: number,
  where: string,
  doubtOf: () => string | null,
): Pick<Finding, "verdict" | "summary"> {
  const bad = parts.filter(({ all, most }) => all > most);
  if (bad.length === 0) return { verdict: "pass", summary: "" };
  const words = bad.map(({ what, all }) => `${all.toLocaleString("en")} ${what}`).join(", ");
  const summary = `Of ${sent.toLocaleString("en")} requests${where} ${words}`;
  const guilty = bad.filter(({ unexcused, most, spare }) => unexcused > most + spare);
  const own = guilty.some(({ spare }) => spare === 0);
  const doubt = own ? null : doubtOf();
  if (guilty.length > 0 && doubt === null) return { verdict: "fail", summary };
  const why = doubt ?? "so few that a stall of the machine can be the reason, or near one that was seen";
  return { verdict: "inconclusive", summary: `${summary}, but ${doubt === null ? `they are ${why}` : why}` };
}
