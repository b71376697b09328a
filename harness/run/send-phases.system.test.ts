import { expect, it } from "vitest";
import { loadNumbers } from "../checkers/schedule-quality.ts";
import { startLoadThread } from "../engines/load-thread.ts";
import { answerOf, scriptedServer } from "../engines/scripted-server.ts";
import { allocateRequests, outcomeCode } from "../history/requests.ts";
import { sampleHistory } from "../history/sample-history.ts";
import { constant } from "../load/constant.ts";
import { compileSchedule, fillRequests } from "../load/schedule.ts";
import type { Phase } from "../scenario.ts";
import type { LiveNumbers } from "./live.ts";
import { sendPhases } from "./send-phases.ts";

it("an answer that never comes makes a phase longer and its rate no lower, and the live line goes on past blank rows", async () => {
  await using server = await scriptedServer((socket, { key, index }) => {
    if (key === "hot" || index % 50 !== 49) socket.write(answerOf(200));
  });
  const phases: Phase[] = [
    {
      name: "warm",
      role: "warmup",
      saturate: { requests: 60_000, keys: [{ key: "hot", share: 1 }], connections: 2, atMostMs: 100 },
    },
    { name: "paced", load: constant({ ratePerSecond: 100, durationMs: 500, keys: () => "paced" }) },
  ];
  const schedule = compileSchedule(phases, { seed: 1, replicas: 1 });
  const requests = allocateRequests(schedule.count);
  fillRequests(requests, schedule);
  await using thread = await startLoadThread({
    requests,
    endpoints: [server.endpoint],
    wireKeys: schedule.subjects,
    policyNames: [],
  });
  const seen: LiveNumbers[] = [];
  const sent = await sendPhases({
    ...{ replicas: 1, phases, schedule, requests, thread, clock: [] },
    signal: new AbortController().signal,
    onPhase: () => {},
    onLive: (numbers) => seen.push(numbers),
  });
  const spans = sent.map(({ span }) => span);
  const { scheduledUntilMs = 0, fromMs = 0, untilMs = 0 } = spans[1] ?? {};
  expect(scheduledUntilMs - fromMs).toBeCloseTo(500);
  expect(untilMs).toBeGreaterThan(scheduledUntilMs + 1_000);
  const history = { ...sampleHistory(), requests, subjects: schedule.subjects, phases: spans };
  const { sent: count, sendingMs = 0, achievedRatePerSecond } = loadNumbers(history, [1]);
  expect(count).toBe(50);
  expect(sendingMs).toBeLessThan(untilMs - fromMs);
  expect(achievedRatePerSecond).toBe((1_000 * count) / sendingMs);
  expect(seen.at(-1)?.allowed).toBe(requests.outcome.filter((code) => code === outcomeCode.allowed).length);
});
