import type { History, RedisSample, Scrape } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import { metricValue } from "../metrics/metric-value.ts";
import type { ComparedNumber } from "./comparison.ts";

/** What a decision cost, by what the gateways and Redis count themselves. */
export type Costs = Readonly<
  Record<
    Extract<ComparedNumber, "gatewayCpuUs" | "redisScriptUs" | "redisCalls" | "redisCommands">,
    number | null
  >
>;

/**
 * CPU of the gateways, and Redis's script time, script calls and commands (those inside scripts are counted too, and the
 * few of the harness's own looks), all per decision in the judged, paced phases. `null` where nobody counted, or where a
 * process was started anew in between.
 */
export function costsOf(history: History): Costs {
  const span = pacedSpan(history);
  return { gatewayCpuUs: gatewayCpuUs(history, span), ...redisCosts(history, span) };
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

function pacedSpan({ phases }: History): Span {
  const paced = phases.filter(({ role, model }) => role === "judged" && model === "open");
  return {
    fromMs: Math.min(...paced.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(...paced.map(({ untilMs }) => untilMs)),
  };
}

function gatewayCpuUs(history: History, { fromMs, untilMs }: Span): number | null {
  const replicas = new Set(history.scrapes.map(({ replica }) => replica));
  let cpuUs = 0;
  let decisions = 0;
  for (const replica of replicas) {
    const own = history.scrapes.filter(
      (scrape) => scrape.replica === replica && scrape.requestedMs >= fromMs && scrape.receivedMs <= untilMs,
    );
    const [first, last] = [own.at(0), own.at(-1)];
    if (first === undefined || last === undefined || first === last || startedAnew(own)) return null;
    cpuUs += 1_000_000 * ((cpuSeconds(last) ?? Number.NaN) - (cpuSeconds(first) ?? Number.NaN));
    const span = { fromMs: first.requestedMs, untilMs: last.receivedMs };
    decisions += decisionsIn(history, span, replica);
  }
  return perDecision(cpuUs, decisions);
}

function cpuSeconds({ text }: Scrape): number | null {
  return metricValue(text, "process_cpu_seconds_total");
}

function startedAnew(scrapes: readonly Scrape[]): boolean {
  return new Set(scrapes.map(({ text }) => metricValue(text, "process_start_time_seconds"))).size > 1;
}

function redisCosts(history: History, { fromMs, untilMs }: Span): Omit<Costs, "gatewayCpuUs"> {
  const samples = history.redisSamples.filter((one) => one.fromMs >= fromMs && one.untilMs <= untilMs);
  const [first, last] = [samples.at(0), samples.at(-1)];
  const oneLife = new Set(samples.map(({ runId }) => runId)).size === 1;
  if (first === undefined || last === undefined || first === last || !oneLife)
    return { redisScriptUs: null, redisCalls: null, redisCommands: null };
  const decisions = decisionsIn(history, { fromMs: first.fromMs, untilMs: last.untilMs });
  const grown = (count: (sample: RedisSample) => number) =>
    perDecision(count(last) - count(first), decisions);
  return {
    redisScriptUs: grown(({ scriptUs }) => scriptUs),
    redisCalls: grown(({ scriptCalls }) => scriptCalls),
    redisCommands: grown(({ commandsProcessed }) => commandsProcessed),
  };
}

function decisionsIn({ requests }: History, { fromMs, untilMs }: Span, replica?: number): number {
  let count = 0;
  for (let row = 0; row < requests.count; row++) {
    const code = requests.outcome[row];
    if (code !== outcomeCode.allowed && code !== outcomeCode.denied) continue;
    if (replica !== undefined && requests.replica[row] !== replica) continue;
    const atMs = requests.receivedMs[row] ?? Number.NaN;
    if (atMs >= fromMs && atMs <= untilMs) count++;
  }
  return count;
}

function perDecision(sum: number, decisions: number): number | null {
  return decisions > 0 && Number.isFinite(sum) ? sum / decisions : null;
}
