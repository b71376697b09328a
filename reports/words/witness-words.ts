import type { Witness, WitnessKind } from "../../harness/verdict/finding.ts";
import { count } from "./numerals.ts";

/** What a witness of one kind is called wherever it is shown: headings, captions and legends of its picture. */
export interface WitnessWords {
  /** Of the section of one that convicts. */
  readonly heading: string;
  /** What the heights are. */
  readonly heights: string;
  /** How they concern the subject. */
  readonly towards: string;
  /** What is drawn for one request. */
  readonly tick: string;
  /** What the dashed line is. */
  readonly line: string;
  readonly lineCaption: (witness: Witness, atStart: number) => string;
  readonly costCaption: (witness: Witness) => string;
  /** The same in one plain sentence. */
  readonly sentence: (witness: Witness) => string;
}

const letIn: WitnessWords = {
  heading: "The span that convicts",
  heights: "Cost let in",
  towards: "to",
  tick: "admitted request, sent to answered",
  line: "promised bound",
  lineCaption: ({ bound }, atStart) =>
    atStart === bound ? `promised: at most ${count(bound)}` : "promised at most",
  costCaption: ({ cost, bound }) =>
    `let in for certain: ${count(cost)}${cost > bound ? `, ${count(cost - bound)} too many` : ""}`,
  sentence: (witness) =>
    `Subject ${witness.subject} under policy ${witness.policy}: cost ${witness.cost} against a bound of ${witness.bound} within ${spanMs(witness)} ms, proved by ${witness.rowCount} requests.`,
};

const turnedAway: WitnessWords = {
  heading: "The denial that convicts",
  heights: "Cost that may have counted",
  towards: "against",
  tick: "request that may have counted, sent to answered",
  line: "limit",
  lineCaption: ({ bound }) => `limit: ${count(bound)}`,
  costCaption: ({ cost }) => `when it was turned away, used at most: ${count(cost)}`,
  sentence: ({ subject, policy, cost, bound, rowCount }) => {
    const who = `Subject ${subject} was turned away under policy ${policy}`;
    return Number.isFinite(bound)
      ? `${who} though at most ${cost} of ${bound} can have been used by then; ${rowCount} requests are named.`
      : `${who}, although nobody is promised to be.`;
  },
};

const answered: WitnessWords = {
  heading: "The answers that convict",
  heights: "",
  towards: "",
  tick: "",
  line: "",
  lineCaption: () => "",
  costCaption: () => "",
  sentence: ({ subject, rowCount }) =>
    rowCount === 1
      ? `The answer that convicts was given to subject ${subject}.`
      : `Each of ${rowCount} answers convicts by itself; the first was given to subject ${subject}.`,
};

/** Each kind's words. Of answers there is no picture. */
export const witnessWords: Readonly<Record<WitnessKind, WitnessWords>> = {
  "let-in": letIn,
  "turned-away": turnedAway,
  answered,
};

function spanMs({ fromMs, untilMs }: Witness): string {
  return (untilMs - fromMs).toFixed(3);
}
