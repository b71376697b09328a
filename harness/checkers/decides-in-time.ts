import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { unknownPhases } from "../promises/teeth.ts";
import { counted, duration, percent } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { type LateDecisions, lateDecisions } from "./late-decisions.ts";

/** Options of `decidesInTime`. */
export interface DecidesInTimeOptions {
  /** So many of the decisions may take longer than the declared deadline, as a share of them. @default 0.001 */
  readonly maxLateShare?: number;
  /** Names of the paced phases that are measured. @default all that are judged */
  readonly phases?: readonly string[];
}

/** So few late decisions convict nobody, whatever share they are: that much any machine may do. */
const fewest = 5;

/** So many late decisions, and so many times the allowed share of those near no stall, no slow machine explains. */
const gross = { decisions: 50, timesAllowed: 10 };

/** Half of the decisions show that the deadline is kept, although some near stalls were late. */
const leastUndisturbedShare = 0.5;

/**
 * Fails when a limiter decides later than the deadline that it declares, whatever Redis did, and whether or not anything
 * was broken: the deadline is declared for every decision.
 *
 * Measured from the sending; a decision is late beyond the deadline, 10 ms and twice its gateway's event-loop delay (99th
 * percentile). A gateway that tells nothing of that is convicted only of what is grossly late, ten times beyond the deadline,
 * 10 ms and twice its controls' time, a second at least, and only if it answered a control at once when that was overdue. What was under way near a stall of the machine neither convicts nor excuses: a pass needs as many decisions
 * again near none. An answer that never came is late if its gateway was awake. A machine that was slow all along makes it inconclusive, unless ten times as many of the decisions
 * between its stalls were late as may be: a slow machine is slow in stalls, which controls and late sends show. Up to five
 * late decisions that are more than the allowed share show nothing either way: there were too few decisions for that.
 */
export function decidesInTime(options: DecidesInTimeOptions = {}): Checker {
  return {
    name: "decides-in-time",
    check: ({ history }) => ({
      checker: "decides-in-time",
      kind: "measurement",
      ...outcomeOf(history, options),
    }),
  };
}

type Outcome = Omit<Finding, "checker" | "kind">;

function outcomeOf(
  history: Evidence["history"],
  { maxLateShare = 0.001, phases }: DecidesInTimeOptions,
): Outcome {
  const deadlineMs = deadlineOf(history);
  const none = { verdict: "not-applicable", numbers: {} } as const;
  if (deadlineMs === null) return { ...none, summary: "The limiter declares no deadline" };
  const late = lateDecisions(history, deadlineMs, phases);
  if (late.unscraped)
    return {
      ...none,
      summary: `No gateway tells of its event loop, so the deadline of ${deadlineMs} ms is not judged`,
    };
  const numbers = numbersOf(late, deadlineMs);
  if (late.grossMs !== null) return { ...grossly(late, deadlineMs, maxLateShare), numbers };
  const [question] = [...unknownPhases(history.phases, phases), ...questionsOn(late, maxLateShare)];
  if (question !== undefined) return { verdict: "inconclusive", summary: question, numbers };
  const { decisions, unexcused, slowestMs } = late;
  if (unexcused > mostLate(decisions, maxLateShare)) return { ...convicted(late, deadlineMs), numbers };
  const summary = `Of ${counted(decisions)} decisions ${counted(late.late)} took longer than the declared ${deadlineMs} ms, ${counted(unexcused)} of them far from any stall of the machine; the slowest took ${duration(slowestMs)}`;
  return { verdict: "pass", summary, numbers };
}

/** The longest of several policies: a request waits for all of them. Null if none is declared. */
function deadlineOf({ promises }: History): number | null {
  const declared = promises.flatMap(({ withoutRedis }) => (withoutRedis === undefined ? [] : [withoutRedis]));
  return declared.reduce<number | null>(
    (longest, { deadlineMs }) => Math.max(longest ?? 0, deadlineMs),
    null,
  );
}

/** Of gateways that tell nothing themselves gross lateness is found, and its absence proves nothing of the deadline. */
function grossly(late: LateDecisions, deadlineMs: number, maxLateShare: number): Omit<Outcome, "numbers"> {
  const isLate = late.unexcused > mostLate(late.decisions, maxLateShare);
  if (isLate && questionsOn(late, maxLateShare).length === 0) return convicted(late, deadlineMs);
  const summary = `No gateway tells of its event loop, so the deadline of ${deadlineMs} ms is not judged; the slowest decision took ${duration(late.slowestMs)}`;
  return { verdict: "not-applicable", summary };
}

function convicted(late: LateDecisions, deadlineMs: number) {
  const { decisions, unexcused, awaited, slowestMs, grossMs } = late;
  const declared = `the declared ${deadlineMs} ms`;
  const longest = grossMs === null ? declared : `${duration(grossMs)}, far more than ${declared}`;
  const never = awaited === 0 ? "" : `; ${counted(awaited)} never came`;
  const summary = `${counted(unexcused)} of ${counted(decisions)} decisions took longer than ${longest}, far from any stall of the machine; the slowest took ${duration(slowestMs)}${never}`;
  return { verdict: "fail", summary } as const;
}

function mostLate(decisions: number, maxLateShare: number): number {
  return Math.max(fewest, maxLateShare * decisions);
}

function questionsOn(
  { decisions, late, unexcused, undisturbed, doubt }: LateDecisions,
  maxLateShare: number,
): string[] {
  if (decisions === 0) return ["No decision was measured"];
  const most = maxLateShare * decisions;
  if (unexcused > mostLate(decisions, maxLateShare)) {
    const isGross = unexcused >= Math.max(gross.decisions, gross.timesAllowed * maxLateShare * undisturbed);
    return doubt === null || isGross
      ? []
      : [`${counted(unexcused)} of ${counted(decisions)} decisions were later than declared, but ${doubt}`];
  }
  if (unexcused > most)
    return [
      `${counted(unexcused)} of ${counted(decisions)} decisions ${unexcused === 1 ? "was" : "were"} later than declared: too few to show that more than ${percent(maxLateShare)} are`,
    ];
  if (late <= most || undisturbed >= leastUndisturbedShare * decisions) return [];
  return [
    `${counted(late)} of ${counted(decisions)} decisions were later than declared, all near stalls of the machine, and only ${counted(undisturbed)} decisions were near none`,
  ];
}

function numbersOf(
  { decisions, late, unexcused, undisturbed, slowestMs }: LateDecisions,
  deadlineMs: number,
): Finding["numbers"] {
  return {
    deadlineMs,
    lateShare: decisions === 0 ? 0 : late / decisions,
    lateUnexcused: unexcused,
    undisturbedDecisions: undisturbed,
    slowestDecisionMs: slowestMs,
  };
}
