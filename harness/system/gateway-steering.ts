import type { Endpoint } from "../engines/engine.ts";

/** Acts on gateway processes from inside, as far as they can be made to listen. Disposing leaves nothing behind. */
export interface GatewaySteering extends AsyncDisposable {
  /** How a replica is to be started so that it listens, given how it would be started: for each of its lives. */
  readonly steered: (replica: number, program: Program) => Program;
  /** Sets how far its wall clock is ahead of the machine's (negative: behind), in milliseconds. */
  readonly setClock: (replica: number, aheadMs: number) => Promise<void>;
  /** How far its wall clock is ahead, by its own word: certainly within these bounds; `null` if it does not tell. */
  readonly clockAhead: (replica: number, endpoint: Endpoint) => Promise<Bounds | null>;
  /** Blocks its event loop for `blockMs` every `everyMs`; 0 ends it. `null` where nobody can. */
  readonly block: ((replica: number, blockMs: number, everyMs: number) => Promise<void>) | null;
}

/** A program as it is started. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Both in milliseconds. */
export interface Bounds {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}
