import type { History, Visit } from "../history/history.ts";
import { allocateRequests, noPolicy, outcomeCode, type Requests, sourceCode } from "../history/requests.ts";

/** Test support: how an answer that was given may be missed: no answer at all, or one that says nothing. */
export type Miss = "lost" | "error";

/**
 * Test support: `history`, as whoever asked would have seen it had the answers that `missed` names for the row (or visit)
 * not reached them. What the limiter did is the same.
 */
export function withoutAnswers(history: History, missed: (index: number) => Miss | null): History {
  const requests = copied(history.requests);
  for (let row = 0; row < requests.count; row++) {
    const miss = missed(row);
    const outcome = requests.outcome[row];
    if (miss === null || (outcome !== outcomeCode.allowed && outcome !== outcomeCode.denied)) continue;
    requests.outcome[row] = outcomeCode[miss];
    if (miss === "lost") requests.receivedMs[row] = Number.NaN;
    requests.status[row] = miss === "lost" ? 0 : 500;
    requests.source[row] = sourceCode.unlabelled;
    requests.policy[row] = noPolicy;
  }
  const { visits } = history;
  return {
    ...history,
    requests,
    ...(visits === undefined ? {} : { visits: visits.map((visit, i) => missedVisit(visit, missed(i))) }),
  };
}

function missedVisit(visit: Visit, miss: Miss | null): Visit {
  if (miss === null || visit.receivedMs === null) return visit;
  const receivedMs = miss === "lost" ? null : visit.receivedMs;
  return { ...visit, outcome: miss, receivedMs, source: "unlabelled", fields: {} };
}

function copied(from: Requests): Requests {
  const { count, ...columns } = from;
  const into = allocateRequests(count);
  for (const [name, column] of Object.entries(columns))
    (into[name as keyof typeof columns] as Float64Array).set(column as Float64Array);
  return into;
}
