import { setTimeout as sleep } from "node:timers/promises";
import type { LoadThread } from "../engines/load-thread.ts";
import type { ClockSample, EngineRecord, PhaseSpan } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { outcomeCode, type Requests } from "../history/requests.ts";
import { type PhaseRows, type Schedule, startPhase } from "../load/schedule.ts";
import type { Phase } from "../scenario.ts";
import { followRequests, type LiveNumbers } from "./live.ts";

/** How long before its first arrival a phase is announced to the engine. */
const leadMs = 30;
/** Connections to each replica that are opened before a paced phase; more are opened when they are needed. */
const openConnections = 32;
/** How long answers are waited for after the last request of a phase. */
const drainMs = 3_000;

/** Where a run stands. */
export interface LivePosition {
  readonly phase: string;
  /** Of the time that the whole run is to take, 0 to 1. */
  readonly doneShare: number;
  readonly leftMs: number;
}

/** A phase that was sent, and what the engine had to say. */
export interface SentPhase {
  readonly span: PhaseSpan;
  readonly engine: EngineRecord;
}

/** What is sent, and by whom. */
export interface Sending {
  readonly replicas: number;
  readonly phases: readonly Phase[];
  readonly schedule: Schedule;
  readonly requests: Requests;
  readonly thread: LoadThread;
  readonly clock: readonly ClockSample[];
  readonly signal: AbortSignal;
  /** A phase begins at `fromMs` of the monotonic clock. */
  readonly onPhase: (name: string, fromMs: number) => void;
  readonly onLive: (numbers: LiveNumbers & LivePosition) => void;
}

/** Sends all phases, one after the other. */
export async function sendPhases(sending: Sending): Promise<SentPhase[]> {
  const follow = followRequests(sending.requests);
  const sent: SentPhase[] = [];
  const wholeMs = leftMs(sending.phases, -1, 0);
  for (const [index, phase] of sending.phases.entries()) {
    sending.signal.throwIfAborted();
    const fromMs = startOf(phase, sending.clock);
    sending.onPhase(phase.name, fromMs);
    const fromRow = sending.schedule.phases[index]?.fromRow ?? 0;
    const lengthMs = "load" in phase ? phase.load.durationMs : phase.saturate.atMostMs;
    const live = setInterval(() => {
      const now = monotonicMs();
      const left = leftMs(sending.phases, index, fromMs + lengthMs - now);
      sending.onLive({
        ...follow(now, fromRow),
        phase: phase.name,
        leftMs: left,
        doneShare: 1 - left / wholeMs,
      });
    }, 250);
    try {
      sent.push(await sendPhase(sending, index, fromMs));
    } finally {
      clearInterval(live);
    }
  }
  return sent;
}

/** Time left of this phase and all that follow; a saturating phase is counted at a tenth of its bound. */
function leftMs(phases: readonly Phase[], index: number, ofThisMs: number): number {
  const rest = phases.slice(index + 1);
  const restMs = rest.reduce(
    (sum, p) => sum + ("load" in p ? p.load.durationMs : p.saturate.atMostMs / 10),
    0,
  );
  return Math.max(0, ofThisMs) + restMs;
}

/** When the phase begins: at once, or as soon as it is aligned on Redis's clock. */
function startOf(phase: Phase, clock: readonly ClockSample[]): number {
  const soonest = monotonicMs() + leadMs;
  const align = "load" in phase ? phase.align : undefined;
  const last = clock.at(-1);
  if (align === undefined || last === undefined) return soonest;
  const offsetMs = (last.redisMs ?? last.realtimeMs) - (last.fromMs + last.untilMs) / 2;
  const { atMs, toMs } = align;
  return Math.ceil((soonest + atMs + offsetMs) / toMs) * toMs - atMs - offsetMs;
}

async function sendPhase(
  { replicas, phases, schedule, requests, thread, signal }: Sending,
  index: number,
  fromMs: number,
): Promise<SentPhase> {
  const phase = phases[index];
  const rows = schedule.phases[index];
  if (phase === undefined || rows === undefined) throw new RangeError(`the schedule has no phase ${index}`);
  const { name, role = "judged" } = phase;
  if ("load" in phase) {
    startPhase(requests, rows, fromMs);
    const stopSendingMs = fromMs + phase.load.durationMs + drainMs;
    const connections = openConnections * replicas;
    const report = await thread.send(
      "open",
      { ...rows, phase: index, stopSendingMs, drainMs, connections },
      signal,
    );
    const endMs = fromMs + phase.load.durationMs;
    const restMs = endMs - monotonicMs();
    if (restMs > 0) await sleep(restMs, undefined, { signal });
    const untilMs = Math.max(endMs, monotonicMs());
    const span = { name, role, model: "open", fromMs, untilMs, scheduledUntilMs: endMs } as const;
    return { span, engine: { phase: name, discrepancies: report.discrepancies, unsent: 0 } };
  }
  const { connections, atMostMs } = phase.saturate;
  const volley = { ...rows, phase: index, stopSendingMs: fromMs + atMostMs, drainMs, connections };
  const report = await thread.send("autocannon", volley, signal);
  const span = { name, role, model: "saturate", fromMs, untilMs: monotonicMs() } as const;
  const unsent = blankRows(requests, rows);
  return { span, engine: { phase: name, discrepancies: report.discrepancies, unsent } };
}

function blankRows({ outcome }: Requests, { fromRow, untilRow }: PhaseRows): number {
  let blank = 0;
  for (let row = fromRow; row < untilRow; row++) if (outcome[row] === outcomeCode.blank) blank++;
  return blank;
}
