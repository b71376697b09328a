import type { RedisSample, Scrape } from "../../harness/history/history.ts";
import type { BreakerState } from "../../limiter/metrics.ts";
import { outageBackMs, outageFaults } from "./outage-story.ts";

const lastMs = 16_000;

/** The metrics of three replicas every half second of the outage; instants count from the origin. */
export function outageScrapes(): Scrape[] {
  return looks(500).flatMap((atMs) =>
    outageBackMs.map((_, replica) => ({
      replica,
      requestedMs: atMs + replica,
      receivedMs: atMs + replica + 1.5,
      text: metricsText(stateAt(replica, atMs)),
    })),
  );
}

/** Redis's counters every quarter of a second; it is not asked while it is down. */
export function outageRedisSamples(): RedisSample[] {
  let [commandsProcessed, scriptCalls] = [1_200, 400];
  return looks(250).map((atMs, index) => {
    const working = outageBackMs.filter((_, replica) => stateAt(replica, atMs) === "closed").length;
    commandsProcessed += 12 + working * 251 + (index % 5);
    scriptCalls += working * 250;
    return {
      fromMs: atMs,
      untilMs: atMs + 0.5,
      runId: "4f1c",
      connectionsReceived: 7,
      connectedClients: 1 + 2 * working,
      commandsProcessed,
      scriptCalls,
      scriptUs: scriptCalls * 21,
      scriptFailures: 0,
      usedMemoryBytes: 1_500_000,
    };
  });
}

function looks(everyMs: number): number[] {
  return Array.from({ length: Math.floor(lastMs / everyMs) }, (_, index) => (index + 0.5) * everyMs);
}

function stateAt(replica: number, atMs: number): BreakerState {
  const [down] = outageFaults;
  const backMs = (down?.untilMs ?? 0) + (outageBackMs[replica] ?? 0);
  if (down === undefined || atMs < down.injectedMs || atMs > backMs) return "closed";
  return (Math.round(atMs / 500) + replica) % 5 === 0 ? "half-open" : "open";
}

function metricsText(state: BreakerState): string {
  const samples = (["closed", "open", "half-open"] as const).map(
    (one) => `rate_limiter_breaker_state{state="${one}"} ${one === state ? 1 : 0}`,
  );
  return [
    "# HELP rate_limiter_breaker_state Limiters whose breaker is in this state.",
    "# TYPE rate_limiter_breaker_state gauge",
    ...samples,
    "",
  ].join("\n");
}
