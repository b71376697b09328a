import type { History } from "../history/history.ts";
import { outcomeCode, refundCode } from "../history/requests.ts";
import { counted, percent } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";

/**
 * Counts the refunds: of what was let in and asked for its cost back, how much was told to have been given back. Never
 * fails, for no refund is promised; whether what is told is true, the proofs of the promise find out. Not applicable
 * where nothing was ever given back: then the limiter cannot, or its gateway does not speak of it.
 */
export function givesBack(): Checker {
  return {
    name: "gives-back",
    check: ({ history }) => ({ checker: "gives-back", kind: "quality", ...outcomeOf(history) }),
  };
}

function outcomeOf({ requests }: History): Omit<Finding, "checker" | "kind"> {
  let asked = 0;
  let given = 0;
  for (let row = 0; row < requests.count; row++) {
    if (requests.outcome[row] !== outcomeCode.allowed || requests.refund[row] === refundCode.none) continue;
    asked++;
    if (requests.refund[row] === refundCode.given) given++;
  }
  const numbers = { asked, given };
  if (given === 0) {
    const summary =
      "Nothing was given back: no answer to a request with x-refund said x-ratelimit-refund: given";
    return { verdict: "not-applicable", summary, numbers };
  }
  const summary = `${counted(given)} of ${counted(asked)} costs (${percent(given / asked)}) were given back at once`;
  return { verdict: "pass", summary, numbers };
}
