import { totalmem } from "node:os";
import type { Policy } from "../../limiter/policy.ts";
import { Refusal } from "../refusal.ts";
import type { Scenario, ScenarioRequest } from "../scenario.ts";
import type { ForeignChoice } from "./declared-options.ts";
import { durationMs, wholeNumber } from "./duration.ts";

/** The numbers of a run, as the command line has them. */
export interface AskedOptions {
  readonly replicas?: string;
  readonly rate: string;
  readonly duration?: string;
  readonly seed?: string;
}

/** The numbers that were asked for; throws a `Refusal` for those that make no run. */
export function askedOf(
  scenario: Scenario,
  options: AskedOptions,
  theirs: ForeignChoice | null,
): ScenarioRequest & { readonly seed: number } {
  const { replicas = String(theirs?.replicas ?? scenario.replicas), seed, duration } = options;
  const asked = {
    ratePerSecond: wholeNumber(options.rate, "--rate", 1, 1_000_000),
    policies: theirs?.policies ?? scenario.policies,
    replicas: wholeNumber(replicas, "--replicas", 1, 64),
    seed:
      seed === undefined
        ? Math.floor(Math.random() * 1_000_000)
        : wholeNumber(seed, "--seed", 0, 2_147_483_647),
  };
  refuseFewerSubjects(scenario, asked.policies);
  const stretch = duration === undefined ? stretchFor(scenario, asked) : stretchTo(scenario, duration, asked);
  if (duration !== undefined) refuseNoRoom(scenario, duration, { ...asked, stretch });
  refuseTooMany(scenario, { ...asked, stretch });
  return { ...asked, stretch };
}

/** Refuses policies that leave out somebody whom the scenario is about. */
function refuseFewerSubjects({ belongs = {} }: Scenario, policies: readonly Policy[]): void {
  const missing = Object.keys(belongs).find((name) => !policies.some(({ by }) => by === name));
  if (missing === undefined) return;
  throw new Refusal(
    `This scenario is about policies by x-client-id and by x-${missing}-id together, and --limit and --window declare one by x-client-id alone: leave them out with --command, which is told all policies in RATE_POLICIES, or choose another scenario.`,
  );
}

/** What one request takes from its schedule to the end of its judgement, in bytes: measured, and rounded up. */
const bytesPerRequestJudged = 200;

/** Refuses a run whose requests would not fit into half of the machine's memory, before anything is allocated. */
function refuseTooMany(scenario: Scenario, asked: ScenarioRequest): void {
  const requests = scenario
    .phases(asked)
    .reduce(
      (sum, phase) =>
        sum +
        ("load" in phase
          ? (phase.load.expected ?? (asked.ratePerSecond * phase.load.durationMs) / 1_000)
          : phase.saturate.requests),
      0,
    );
  const most = Math.floor(totalmem() / 2 / bytesPerRequestJudged);
  if (requests <= most) return;
  throw new Refusal(
    `That would be up to ${Math.round(requests).toLocaleString("en")} requests and this machine's memory takes ${most.toLocaleString("en")}: give a lower --rate or a shorter --duration.`,
  );
}

/** A window that is longer than the scenario's own needs phases that are longer by as much. */
function stretchFor(scenario: Scenario, { policies }: Pick<ScenarioRequest, "policies">): number {
  const longest = (all: ScenarioRequest["policies"]) => Math.max(...all.map(({ windowMs }) => windowMs));
  return Math.max(1, longest(policies) / longest(scenario.policies));
}

/** By how much the phases stretch so that the judged, paced ones come to `duration` together. */
function stretchTo(scenario: Scenario, duration: string, asked: Omit<ScenarioRequest, "stretch">): number {
  const wantedMs = durationMs(duration, "--duration");
  const lengthMs = (stretch: number): number =>
    scenario
      .phases({ ...asked, stretch })
      .reduce(
        (sum, phase) => sum + ("load" in phase && phase.role !== "warmup" ? phase.load.durationMs : 0),
        0,
      );
  const perStretch = lengthMs(2) - lengthMs(1);
  const fixedMs = lengthMs(1) - perStretch;
  const stretch = perStretch <= 0 ? 1 : (wantedMs - fixedMs) / perStretch;
  if (!(stretch >= 0.1)) {
    const least = Math.ceil((fixedMs + 0.1 * perStretch) / 100) / 10;
    throw new Refusal(`--duration ${duration} is too short for this scenario: give at least ${least}s.`);
  }
  return stretch;
}

/** Refuses a run that is too short for its faults, in which something would be broken for no time, or never. */
function refuseNoRoom(scenario: Scenario, duration: string, asked: ScenarioRequest): void {
  const planned = (stretch: number): boolean => {
    try {
      scenario.faults?.({ ...asked, stretch });
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  };
  const { stretch } = asked;
  if (planned(stretch)) return;
  const judgedMs = durationMs(duration, "--duration");
  const lengths = Array.from({ length: 120 }, (_, index) => Math.ceil(judgedMs / 500) + index + 1);
  const least = lengths.find((halves) => planned(stretchTo(scenario, `${halves * 500}ms`, asked)));
  const hint = least === undefined ? "leave it out" : `give at least ${least / 2}s`;
  throw new Refusal(`--duration ${duration} is too short for the faults of this scenario: ${hint}.`);
}
