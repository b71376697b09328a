import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { machineDoubt } from "./machine-doubt.ts";
import { measuredPhases } from "./phases-of.ts";

/** How much may go unanswered. */
export interface AnswersEverythingOptions {
  /** Requests that were sent and never answered, as a share of those sent (0 to 1). @default 0 */
  readonly maxUnansweredShare?: number;
  /** Answers that are neither 200, 429 nor a declared 503, as a share of those sent (0 to 1). @default 0 */
  readonly maxErrorShare?: number;
  /** Declared 503s: the limiter could not decide and refused. @default 0 */
  readonly maxUnavailableShare?: number;
}

/** Controls slower than this, in milliseconds, excuse an answer that did not come in time. */
const slowMs = 10;

/**
 * Fails when more than the given shares of the requests of the judged, paced phases got no answer, an error, or a
 * refusal for want of a decision. An empty history is inconclusive: no traffic proves nothing. What a busy machine
 * can cause (no answer, no decision in time) is inconclusive on one.
 */
export function answersEverything(options: AnswersEverythingOptions = {}): Checker {
  const { maxUnansweredShare = 0, maxErrorShare = 0, maxUnavailableShare = 0 } = options;
  return {
    name: "answers-everything",
    check: ({ history }: Evidence): Finding => {
      const counts = outcomesIn(history, measuredPhases(history));
      const count = (code: number): number => counts[code] ?? 0;
      const unsent = count(outcomeCode.dropped) + count(outcomeCode.blank);
      const sent = counts.reduce((sum, n) => sum + n, 0) - unsent;
      const parts = [
        { what: "got no answer", n: count(outcomeCode.lost), most: maxUnansweredShare, excusable: true },
        { what: "got an error", n: count(outcomeCode.error), most: maxErrorShare, excusable: false },
        {
          what: "were refused undecided (503)",
          n: count(outcomeCode.unavailable),
          most: maxUnavailableShare,
          excusable: true,
        },
      ];
      return finding(sent, parts, () => machineDoubt(history, slowMs));
    },
  };
}

function outcomesIn({ requests }: History, phases: readonly number[]): Uint32Array {
  const asked = new Uint8Array(256);
  for (const phase of phases) asked[phase] = 1;
  const counts = new Uint32Array(16);
  for (let row = 0; row < requests.count; row++) {
    const code = requests.outcome[row] ?? 0;
    if (asked[requests.phase[row] ?? 0] === 1) counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

interface Part {
  readonly what: string;
  readonly n: number;
  /** Share that is accepted. */
  readonly most: number;
  /** A busy machine can cause it. */
  readonly excusable: boolean;
}

function finding(sent: number, parts: readonly Part[], doubtOf: () => string | null): Finding {
  const guilty = parts.filter(({ n, most }) => n > most * sent);
  const [unansweredShare = 0, errorShare = 0, unavailableShare = 0] = parts.map(({ n }) =>
    sent === 0 ? 0 : n / sent,
  );
  const base = {
    checker: "answers-everything",
    kind: "measurement" as const,
    numbers: { sent, unansweredShare, errorShare, unavailableShare },
  };
  if (sent === 0)
    return { ...base, verdict: "inconclusive", summary: "No requests were sent in a paced phase" };
  if (guilty.length === 0) {
    return { ...base, verdict: "pass", summary: `All ${sent.toLocaleString("en")} requests were answered` };
  }
  const words = guilty.map(({ what, n }) => `${n.toLocaleString("en")} ${what}`).join(", ");
  const summary = `Of ${sent.toLocaleString("en")} requests ${words}`;
  const doubt = guilty.every(({ excusable }) => excusable) ? doubtOf() : null;
  return doubt === null
    ? { ...base, verdict: "fail", summary }
    : { ...base, verdict: "inconclusive", summary: `${summary}, but ${doubt}` };
}
