import { obeyedWait } from "../headers/obeyed-wait.ts";
import type { Visit } from "../history/history.ts";
import type { VirtualAnswer } from "./virtual-gateways.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What visitors need of the simulation. */
export interface VisitorsOptions {
  readonly time: VirtualTime;
  readonly replicas: number;
  readonly count: number;
  readonly untilMs: number;
  /** Sends a request at once; `answered` is called with null where there is no answer. */
  readonly send: (replica: number, subject: string, answered: (answer: VirtualAnswer | null) => void) => void;
}

/** As the clients of a live run have it (see `startProbingClients`). */
const mostVisits = 200;
const politenessMs = 200;
const slowlyMs = 400;
const answerWithinMs = 2_000;

/**
 * Clients that own their subjects, in simulated time, as `startProbingClients` has them in a live run: each spends what
 * it is given, waits as long as it is told, and comes back. What they see is added to what is returned as time passes.
 */
export function startVisitors(options: VisitorsOptions): Visit[] {
  const visits: Visit[] = [];
  for (let index = 0; index < options.count; index++) follow(options, index, visits);
  return visits;
}

/** A step of a client: the next visit, or how long it waits until then. */
type Step = { readonly kind: "visit" } | { readonly kind: "pause"; readonly untilMs: number };

/** Has a client go from step to step. */
function follow(options: VisitorsOptions, index: number, visits: Visit[]): void {
  const { time, untilMs, replicas, send } = options;
  const subject = `probe-${index + 1}`;
  const steps = stepsOf(time, index);
  let replica = index;
  const goOn = (seen: Visit | undefined): void => {
    const { value: step } = seen === undefined ? steps.next() : steps.next(seen);
    if (time.nowMs >= untilMs || step === undefined) return;
    if (step.kind === "pause") {
      time.at(step.untilMs, () => goOn(undefined));
      return;
    }
    const [at, sentMs] = [replica++ % replicas, time.nowMs];
    send(at, subject, (answer) => {
      const visit = visitOf(answer, { subject, replica: at, sentMs, receivedMs: time.nowMs });
      visits.push(visit);
      if (answer === null) time.at(sentMs + answerWithinMs, () => goOn(visit));
      else goOn(visit);
    });
  };
  goOn(undefined);
}

function* stepsOf(time: VirtualTime, index: number): Generator<Step, undefined, Visit> {
  const pause = (ms: number): Step => ({ kind: "pause", untilMs: time.nowMs + ms });
  yield pause(10 * index);
  for (let round = index; ; round++) {
    let last = yield { kind: "visit" };
    for (let i = 0; i < mostVisits && last.outcome === "allowed"; i++) {
      if (round % 3 === 2) yield pause(slowlyMs);
      last = yield { kind: "visit" };
    }
    const { waitMs, earlyMs } = obeyedWait(last);
    if (earlyMs > 0 && round % 3 !== 0) {
      yield pause(earlyMs);
      yield { kind: "visit" };
    }
    yield { kind: "pause", untilMs: (last.receivedMs ?? last.sentMs) + waitMs + politenessMs };
  }
}

type Where = Pick<Visit, "subject" | "replica" | "sentMs"> & { readonly receivedMs: number };

function visitOf(answer: VirtualAnswer | null, where: Where): Visit {
  if (answer === null)
    return { ...where, receivedMs: null, outcome: "lost", source: "unlabelled", fields: {} };
  const { status, source, fields, isUnavailable = false } = answer;
  const other = isUnavailable ? "unavailable" : "error";
  return {
    ...where,
    outcome: status === 200 ? "allowed" : status === 429 ? "denied" : other,
    source,
    fields,
  };
}
