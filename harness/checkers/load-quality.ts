import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { measuredPhases } from "./phases-of.ts";
import { type LoadQualityOptions, type ScheduleDoubts, scheduleDoubts } from "./schedule-doubts.ts";

/**
 * Says whether the paced phases were sent as scheduled. It never fails: a machine that is too slow blames no
 * limiter, it makes the run inconclusive. So does what could not be sent because the connections waited for answers; if
 * that was the limiter's doing, it says so, and leaves the verdict to `answers-everything`.
 */
export function loadQuality(options: LoadQualityOptions = {}): Checker {
  return { name: "load-quality", check: ({ history }: Evidence) => scheduleFinding(history, options) };
}

function scheduleFinding(history: History, options: LoadQualityOptions): Finding {
  const doubts = scheduleDoubts(history, measuredPhases(history), options);
  const { worstSlotShare, offSlotShare } = doubts;
  const { sendLagMs, dropped, offered } = doubts.load;
  const isKept = doubts.own.length === 0 && doubts.crowding === null;
  const unsent = history.engines.filter((engine) => engine.unsent > 0);
  const lag = `lag p50 ${sendLagMs.p50.toFixed(2)} ms, p99 ${sendLagMs.p99.toFixed(2)} ms`;
  return {
    checker: "load-quality",
    kind: "quality",
    verdict: isKept ? "pass" : "inconclusive",
    summary: isKept
      ? `The schedule was kept: ${offered.toLocaleString("en")} requests, none dropped, ${lag}`
      : `The schedule was not kept (${suspect(doubts)}): ${[doubts.crowding ?? [], doubts.own].flat().join("; ")}`,
    numbers: {
      offered,
      dropped,
      sendLagP50Ms: sendLagMs.p50,
      sendLagP99Ms: sendLagMs.p99,
      sendLagMaxMs: sendLagMs.max,
      worstSlotShare,
      offSlotShare,
    },
    notes: [
      ...(isKept ? [] : [`${lag}, at most ${sendLagMs.max.toFixed(1)} ms`]),
      ...unsent.map(
        (engine) => `The time of ${engine.phase} did not suffice for ${engine.unsent} of its requests`,
      ),
    ],
  };
}

function suspect({ own, crowding, hung }: ScheduleDoubts): string {
  const machine = own.length > 0 ? ["a busy or slow machine?"] : [];
  if (crowding === null) return machine.join();
  const silence =
    hung > 0 ? "the limiter left requests unanswered" : "slow answers, of the gateways or the machine?";
  return [silence, ...machine].join("; ");
}
