import type { GateResult } from "../../harness/verdict/result.ts";
import { sentence } from "../words/sentence.ts";
import type { JunitCase } from "./junit-text.ts";

/** A gate as a test case, with what was compared as its property. */
export function caseOfGate({ expression, actual, verdict, summary }: GateResult): JunitCase {
  return {
    group: "gate",
    name: expression,
    verdict,
    summary,
    numbers: actual === null ? {} : { actual },
    body: sentence(summary),
  };
}
