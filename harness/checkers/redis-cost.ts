import type { Evidence } from "../history/evidence.ts";
import type { History, RedisSample } from "../history/history.ts";
import { outcomeCode, sourceCode } from "../history/requests.ts";
import { counted } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";

/** Whose phases are measured. */
export interface RedisCostOptions {
  /** Names of phases. @default every judged phase */
  readonly phases?: readonly string[];
}

/**
 * Measures what one decision costs Redis, by Redis's own counters: script calls, commands (those inside scripts among
 * them), bytes both ways and microseconds in scripts; what the harness itself asked is taken off. Decisions that a
 * replica says it made alone are not counted. It only measures: gates say how much is too much. Not applicable where
 * Redis could not be asked.
 */
export function redisCost({ phases }: RedisCostOptions = {}): Checker {
  return {
    name: "redis-cost",
    check: ({ history }: Evidence) => ({
      checker: "redis-cost",
      kind: "measurement",
      ...measured(history, spentIn(history, phases)),
    }),
  };
}

interface Spent {
  readonly decisions: number;
  readonly scripts: number;
  readonly commands: number;
  readonly scriptUs: number;
  /** NaN where the counters were not read. */
  readonly bytes: number;
}

function measured(
  { redisSamples }: History,
  { decisions, scripts, commands, scriptUs, bytes }: Spent,
): Omit<Finding, "checker" | "kind"> {
  if (redisSamples.length === 0)
    return { verdict: "not-applicable", summary: "Redis's own counters could not be read", numbers: {} };
  if (decisions === 0)
    return {
      verdict: "not-applicable",
      summary: "Redis decided nothing between two readings of its counters",
      numbers: { decisions },
    };
  const each = (whole: number): number => whole / decisions;
  const numbers = {
    decisions,
    // Whoever uses no scripts may make a round trip for each command.
    roundTripsPerDecision: each(scripts > 0 ? scripts : commands),
    commandsPerDecision: each(commands),
    scriptUsPerDecision: each(scriptUs),
    ...(Number.isNaN(bytes) ? {} : { bytesPerDecision: each(bytes) }),
  };
  const kilobytes = Number.isNaN(bytes) ? "" : `, ${counted(Math.round(each(bytes)))} bytes`;
  return {
    verdict: "pass",
    summary: `A decision cost Redis ${each(scripts).toFixed(3)} script calls, ${each(commands).toFixed(2)} commands${kilobytes} and ${each(scriptUs).toFixed(1)} µs in scripts`,
    numbers,
    notes: [
      `${counted(decisions)} decisions by Redis, ${counted(scripts)} script calls, ${counted(commands)} commands`,
    ],
  };
}

/** Sums what lies between neighbouring readings of one life of Redis, both inside one of the phases. */
function spentIn(history: History, names: readonly string[] | undefined): Spent {
  const { redisSamples } = history;
  const spans = history.phases.filter(({ name, role }) =>
    names === undefined ? role === "judged" : names.includes(name),
  );
  const instants: number[] = [];
  let [scripts, commands, scriptUs, bytes] = [0, 0, 0, 0];
  for (const [index, sample] of redisSamples.entries()) {
    const before = redisSamples[index - 1];
    if (before === undefined || before.runId !== sample.runId) continue;
    if (!spans.some(({ fromMs, untilMs }) => before.fromMs >= fromMs && sample.untilMs <= untilMs)) continue;
    instants.push(before.untilMs, sample.untilMs);
    scripts += sample.scriptCalls - before.scriptCalls;
    commands += sample.commandsProcessed - before.commandsProcessed - ownCommands(history, before, sample);
    scriptUs += sample.scriptUs - before.scriptUs;
    bytes += (sample.networkBytes ?? Number.NaN) - (before.networkBytes ?? Number.NaN);
  }
  return {
    decisions: decisionsIn(history, instants),
    scripts,
    commands: Math.max(0, commands),
    scriptUs,
    bytes,
  };
}

/** One INFO a reading, one TIME a reading of the clock. */
function ownCommands({ clock }: History, before: RedisSample, sample: RedisSample): number {
  const times = clock.filter(
    ({ fromMs, redisMs }) => redisMs !== null && fromMs > before.untilMs && fromMs <= sample.untilMs,
  );
  return 1 + times.length;
}

/** Requests answered within one of the spans, whose ends alternate and rise, and not without Redis as they say. */
function decisionsIn({ requests, visits = [] }: History, ends: readonly number[]): number {
  const isIn = (atMs: number): boolean => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) >= atMs) high = middle;
      else low = middle + 1;
    }
    return low % 2 === 1;
  };
  let decisions = 0;
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (outcome !== outcomeCode.allowed && outcome !== outcomeCode.denied) continue;
    if (requests.source[row] !== sourceCode.local && isIn(requests.receivedMs[row] ?? Number.NaN))
      decisions++;
  }
  for (const { outcome, source, receivedMs } of visits)
    if (
      (outcome === "allowed" || outcome === "denied") &&
      source !== "local" &&
      isIn(receivedMs ?? Number.NaN)
    )
      decisions++;
  return decisions;
}
