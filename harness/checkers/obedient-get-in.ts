import { toldWait } from "../headers/told-wait.ts";
import type { Claim, Evidence } from "../history/evidence.ts";
import type { History, Visit } from "../history/history.ts";
import { allocateRequests, noPolicy, outcomeCode, type Requests, sourceCode } from "../history/requests.ts";
import { tracesOf } from "../history/traces-of.ts";
import { denierOf } from "../promises/decider.ts";
import { degradedSpans } from "../promises/degraded.ts";
import { counted, percent } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { noFalseDenials } from "./no-false-denials.ts";

/**
 * Fails when a client that owns its subject was certainly turned away although there was room for it, by the same proof as
 * `no-false-denials`: whatever others did meanwhile, they cannot have used what is its own. Says how many of those who came
 * back no sooner than they had been told were let in. Inconclusive if nobody ever came back, not applicable without such clients.
 */
export function obedientGetIn(): Checker {
  return {
    name: "obedient-get-in",
    check: (evidence) => ({ checker: "obedient-get-in", kind: "proof", ...outcomeOf(evidence) }),
  };
}

type Outcome = Omit<Finding, "checker" | "kind">;

function outcomeOf(evidence: Evidence): Outcome {
  const { visits = [] } = evidence.history;
  if (visits.length === 0)
    return { verdict: "not-applicable", summary: "Nobody came who does as he is told", numbers: {} };
  const { cameBack, letIn } = comeBacks(visits);
  const numbers = { cameBack, letIn };
  const denials = noFalseDenials({ phases: [] }).check(ofVisits(evidence, visits));
  if (denials.verdict === "fail") {
    // Its rows are those of the visits, which no reader of the history can look up.
    return { verdict: "fail", summary: denials.summary, numbers };
  }
  if (cameBack === 0)
    return {
      verdict: "inconclusive",
      summary: "Nobody was told to come back, or nobody had the time to",
      numbers,
    };
  return {
    verdict: "pass",
    summary: `Of ${counted(cameBack)} who came back when they had been told ${counted(letIn)} (${percent(letIn / cameBack)}) were let in, and none was turned away wrongly`,
    numbers,
  };
}

/** Visits that followed a denial by as long as it had said. */
function comeBacks(visits: readonly Visit[]): { readonly cameBack: number; readonly letIn: number } {
  const dueMs = new Map<string, number>();
  let cameBack = 0;
  let letIn = 0;
  for (const visit of visits) {
    const { subject, sentMs, receivedMs, outcome } = visit;
    const due = dueMs.get(subject);
    if (due !== undefined && sentMs >= due) {
      dueMs.delete(subject);
      if (outcome === "allowed" || outcome === "denied") cameBack++;
      if (outcome === "allowed") letIn++;
    }
    const wait = outcome === "denied" ? toldWait(visit) : null;
    if (wait !== null) dueMs.set(subject, (receivedMs ?? sentMs) + wait.waitMs);
  }
  return { cameBack, letIn };
}

/** The evidence as if the visits had been all requests. */
function ofVisits({ history, claims }: Evidence, visits: readonly Visit[]): Evidence {
  const subjects = [...new Set(visits.map(({ subject }) => subject))];
  const { belongs: _, ...rest } = history;
  const longestMs = claims.reduce((most, { policy }) => Math.max(most, policy.windowMs), 0);
  const isDegraded = degradedSpans(history, longestMs, denierOf(history, longestMs));
  const consumes = claims.some(({ promises }) => promises.deniedConsumes);
  // What a replica denies near answers of its own, to whomever, is not Redis's denial: at the most it may have counted.
  const judged = visits.flatMap((visit): Visit[] => {
    const { outcome, replica, sentMs, receivedMs } = visit;
    const isAlone = outcome === "denied" && isDegraded(replica, sentMs, receivedMs ?? sentMs);
    if (!isAlone) return [visit];
    return consumes ? [{ ...visit, outcome: "lost" }] : [];
  });
  const own: History = { ...rest, subjects, requests: requestsOf(judged, subjects) };
  const traces = tracesOf(own);
  // A policy by another subject counts others, too.
  const theirs = claims.filter(({ policy: { by = "client" } }) => by === "client");
  return { history: own, claims: theirs.map((claim): Claim => ({ ...claim, subjects, traces })) };
}

function requestsOf(visits: readonly Visit[], subjects: readonly string[]): Requests {
  const requests = allocateRequests(visits.length);
  const indices = new Map(subjects.map((subject, index) => [subject, index]));
  visits.forEach(({ subject, replica, sentMs, receivedMs, outcome, source }, row) => {
    requests.subject[row] = indices.get(subject) ?? 0;
    requests.replica[row] = replica;
    requests.cost[row] = 1;
    requests.intendedMs[row] = sentMs;
    requests.sentMs[row] = sentMs;
    requests.receivedMs[row] = receivedMs ?? Number.NaN;
    requests.outcome[row] = outcomeCode[outcome];
    requests.source[row] = sourceCode[source];
    requests.policy[row] = noPolicy;
  });
  return requests;
}
