import type { History } from "../../harness/history/history.ts";
import type { JudgedRun } from "../report-format.ts";
import { outageRedisSamples, outageScrapes } from "./outage-looks.ts";
import { outageFaults, outageStory } from "./outage-story.ts";
import { sampleResult } from "./sample-result.ts";
import { sampleOriginMs, simulate } from "./simulate.ts";

/** Test support: Redis goes down under three replicas and comes back, and a second fault is not seen to take effect. */
export function simulatedOutage(seed: number): JudgedRun {
  const history = withFaults(simulate({ seed, variant: "sliding-log", story: outageStory }));
  const result = sampleResult(history, "pass");
  const unseen = "1 of 2 faults was not seen to take effect: F2 redis-latency on replica 1";
  return {
    history,
    result: {
      ...result,
      verdict: "inconclusive",
      exitCode: 2,
      about: "What a limiter lets in, and how fast, while its Redis is down and on the way back",
      reason: `faults-took-effect: ${unseen}`,
      durationMs: 16_000,
      findings: [
        ...result.findings.filter(({ checker }) => checker !== "recovers-within"),
        {
          checker: "recovers-within",
          kind: "measurement",
          verdict: "pass",
          summary: "Every replica was back on Redis within 448 ms, of 1 s",
          numbers: { slowestMs: 448 },
        },
        {
          checker: "faults-took-effect",
          kind: "quality",
          verdict: "inconclusive",
          summary: unseen,
          numbers: { faults: 2, seenFaults: 1 },
        },
      ],
    },
  };
}

function withFaults(history: History): History {
  const absolute = <T extends object>(record: T): T =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [
        name,
        name.endsWith("Ms") && typeof value === "number" ? value + sampleOriginMs : value,
      ]),
    ) as T;
  return {
    ...history,
    promises: history.promises.map((promises) => ({
      ...promises,
      withoutRedis: {
        kind: "local",
        share: "equal",
        writesBack: true,
        deadlineMs: 25,
        probeIntervalMs: 600,
      },
    })),
    faults: outageFaults.map(absolute),
    scrapes: outageScrapes().map(absolute),
    redisSamples: outageRedisSamples().map(absolute),
  };
}
