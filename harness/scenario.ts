import type { Policy } from "../limiter/policy.ts";
import type { Checker } from "./checkers/checker.ts";
import type { PlannedFault } from "./faults/planned-fault.ts";
import type { Load } from "./load/arrival.ts";

/** A story: what is promised, what is thrown at it, and who judges. Data only; one file a scenario. */
export interface Scenario {
  /** One sentence: what a reader of its report learns. */
  readonly about: string;
  readonly policies: readonly Policy[];
  /** The limiter that it is about, if the command line asks for no other. @default "sliding-log" */
  readonly variant?: string;
  /** Gateways that share one Redis. */
  readonly replicas: number;
  /** The phases in order, for what the command line asked. */
  readonly phases: (request: ScenarioRequest) => readonly Phase[];
  /** What breaks, and when. With faults, each replica reaches Redis through a proxy of its own. @default nothing */
  readonly faults?: (request: ScenarioRequest) => readonly PlannedFault[];
  /**
   * So many clients besides the load, each with a subject of its own: they spend what they are given, and come back when
   * they are told. @default 0
   */
  readonly probingClients?: number;
  /**
   * To whom else a subject belongs, by the names that policies give in `by`: `{ tenant: (key) => key.split("/")[0] }` sends
   * `x-tenant-id` along with the `x-client-id` of each request. Needs a policy for each name. @default to nobody
   */
  readonly belongs?: Readonly<Record<string, (key: string) => string>>;
  /** Whether the keys that the run left in Redis are looked at, each, once it is over. @default "never" */
  readonly keyAudit?: "at-the-end" | "never";
  readonly checkers: readonly Checker[];
  /** Thresholds on numbers of the result, as `--gate` takes them. */
  readonly gates?: readonly string[];
}

/** What the command line may turn: every phase that is not a warm-up scales with it. */
export interface ScenarioRequest {
  /** Arrivals per second of the phases that blast. @default 10000 */
  readonly ratePerSecond: number;
  /** Multiplies the length of the phases: 1 is the scenario as written. */
  readonly stretch: number;
  readonly replicas: number;
  readonly policies: readonly Policy[];
}

/** A named span with one kind of load. */
export type Phase = PacedPhase | SaturatingPhase;

interface PhaseBase {
  /** Lower case, unique in its scenario. */
  readonly name: string;
  /** A warm-up is recorded but never measured. @default "judged" */
  readonly role?: "warmup" | "judged";
}

/** Sent by the open engine: each arrival at its intended instant, whatever is still unanswered. */
export interface PacedPhase extends PhaseBase {
  readonly load: Load;
  /** The instant `atMs` of the load falls on a multiple of `toMs` of Redis's clock. @default begins at once */
  readonly align?: { readonly atMs: number; readonly toMs: number };
}

/** Sent by autocannon, as fast as the target answers. */
export interface SaturatingPhase extends PhaseBase {
  readonly saturate: {
    /** Requests in all. */
    readonly requests: number;
    /** Connections in all, spread evenly over the replicas. */
    readonly connections: number;
    /** Keys in turn, seeded; `share` of the requests each, adding up to 1. */
    readonly keys: readonly { readonly key: string; readonly share: number }[];
    /** Stop after this long even if requests are left. */
    readonly atMostMs: number;
  };
}
