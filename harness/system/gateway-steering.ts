import type { Endpoint } from "../engines/engine.ts";

/** Acts on gateway processes from inside, as far as their environment allows it. Disposing leaves nothing behind. */
export interface GatewaySteering extends AsyncDisposable {
  /** What a replica must find in its environment, given what it would have found: for each of its starts. */
  readonly environment: (
    replica: number,
    before: Readonly<Record<string, string | undefined>>,
  ) => Readonly<Record<string, string>>;
  /** Sets how far its wall clock is ahead of the machine's (negative: behind), in milliseconds. */
  readonly setClock: (replica: number, aheadMs: number) => Promise<void>;
  /** How far its wall clock is ahead, by its own word: certainly within these bounds; `null` if it does not tell. */
  readonly clockAhead: (replica: number, endpoint: Endpoint) => Promise<Bounds | null>;
  /** Blocks its event loop for `blockMs` every `everyMs`; 0 ends it. `null` where nobody can. */
  readonly block: ((replica: number, blockMs: number, everyMs: number) => Promise<void>) | null;
}

/** Both in milliseconds. */
export interface Bounds {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}
