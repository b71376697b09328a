import type { Evidence } from "../history/evidence.ts";
import type { Finding, FindingVerdict } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { type LoadQualityOptions, loadDoubt } from "./load-quality.ts";
import { outcomeCounts } from "./outcome-counts.ts";
import { judgedPhases } from "./phases-where.ts";

/** What `answersEverything` puts up with. */
export interface AnswersEverythingOptions {
  /** Sent but never answered, as a share of the sent (0 to 1). @default 0 */
  readonly maxUnansweredShare?: number;
  /** Answered with anything but 200, 429 or a declared 503, as a share of the sent (0 to 1). @default 0 */
  readonly maxErrorShare?: number;
  /** What the load must be like for a failure to count. @default as for `loadQuality` */
  readonly load?: LoadQualityOptions;
}

/**
 * Fails when too many requests of the judged phases were lost or answered with nonsense. Dropped arrivals were never
 * sent and are load-quality's affair. Without requests, or where the load was not kept, it is inconclusive.
 */
export function answersEverything({
  maxUnansweredShare = 0,
  maxErrorShare = 0,
  load = {},
}: AnswersEverythingOptions = {}): Checker {
  return {
    name: "answers-everything",
    check({ history }) {
      const counts = outcomeCounts(history.requests, judgedPhases(history.phases));
      const sent = counts.allowed + counts.denied + counts.unavailable + counts.errors + counts.lost;
      if (sent === 0) return finding("inconclusive", "No requests were sent in a judged phase", {});
      const numbers = {
        sent,
        unanswered: counts.lost,
        errors: counts.errors,
        unansweredShare: counts.lost / sent,
        errorShare: counts.errors / sent,
      };
      const doubt = pacedDoubt(history, load);
      if (doubt !== null) return finding("inconclusive", `The load was not kept: ${doubt}`, numbers);
      if (numbers.unansweredShare > maxUnansweredShare)
        return finding("fail", `${counts.lost} of ${sent} requests got no answer`, numbers);
      if (numbers.errorShare > maxErrorShare)
        return finding("fail", `${counts.errors} of ${sent} requests were answered with an error`, numbers);
      const few = counts.lost + counts.errors === 0 ? "" : ` but ${counts.lost + counts.errors}, as declared`;
      return finding("pass", `All ${sent} requests were answered${few}`, numbers);
    },
  };
}

function pacedDoubt(history: Evidence["history"], options: LoadQualityOptions): string | null {
  const paced = judgedPhases(history.phases, "open");
  return paced.length === 0 ? null : loadDoubt(history, paced, options);
}

function finding(verdict: FindingVerdict, summary: string, numbers: Finding["numbers"]): Finding {
  return { checker: "answers-everything", kind: "measurement", verdict, summary, numbers };
}
