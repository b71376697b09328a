import type { Fault } from "./fault.ts";

/** An instant of a run: `atMs` after a phase has begun, or `start`, before the gateways are started. */
export type Moment = "start" | { readonly phase: string; readonly atMs: number };

/** One fault of a scenario's schedule. Several may overlap, follow each other, or aim at different replicas. */
export interface PlannedFault {
  readonly fault: Fault;
  readonly from: Moment;
  readonly until: Moment;
  /** Numbers of the replicas that it aims at. @default all */
  readonly replicas?: readonly number[];
}
