import type { Policy } from "../../limiter/policy.ts";
import type { Phase, Scenario, ScenarioRequest } from "../scenario.ts";

/** Judged, paced phases of a short run take so long together, at most. */
const SHORT_RUN_MS = 5_000;
/** And they are cut to no less than this share of their length. */
const LEAST_STRETCH = 0.1;
const SHORT_WINDOW_MS = 1_000;

/**
 * The story with windows of a second and limits to match, no warm-up, and phases that take 5 s together. Where clients
 * come back when told, or keys are counted when all is over, windows stay: whole seconds could not be told apart in one of
 * a second, and there would be no keys left.
 */
export function shortForm(scenario: Scenario): Scenario {
  const { policies, probingClients = 0, keyAudit = "never" } = scenario;
  const keepsWindows = probingClients > 0 || keyAudit !== "never";
  return {
    ...scenario,
    policies: keepsWindows ? policies : policies.map(inASecond),
    phases: (request) =>
      scenario.phases({ ...request, stretch: stretchFor(scenario, request) }).filter(isJudged),
  };
}

function inASecond(policy: Policy): Policy {
  const { limit, windowMs, burst } = policy;
  const share = SHORT_WINDOW_MS / windowMs;
  const scaled = (cost: number): number => Math.max(1, Math.round(cost * share));
  return {
    ...policy,
    windowMs: SHORT_WINDOW_MS,
    limit: scaled(limit),
    ...(burst === undefined ? {} : { burst: scaled(burst) }),
  };
}

const isJudged = ({ role = "judged" }: Phase): boolean => role === "judged";

/** What the phases of the story stretch to, so that they fit; some do not stretch. */
function stretchFor(scenario: Scenario, request: ScenarioRequest): number {
  const lengthMs = (stretch: number): number =>
    scenario
      .phases({ ...request, stretch })
      .filter(isJudged)
      .reduce((sum, phase) => sum + ("load" in phase ? phase.load.durationMs : 0), 0);
  const perStretch = lengthMs(2) - lengthMs(1);
  if (perStretch <= 0) return 1;
  const fixedMs = lengthMs(1) - perStretch;
  return Math.min(1, Math.max(LEAST_STRETCH, (SHORT_RUN_MS - fixedMs) / perStretch));
}
