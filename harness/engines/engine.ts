import type { Requests } from "../history/requests.ts";

/** Where one replica listens. Always plain HTTP/1.1. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Path and query that is asked. @default "/" */
  readonly path?: string;
}

/** What an engine is to send: rows [fromRow, untilRow) of the shared requests. */
export interface Volley {
  readonly fromRow: number;
  readonly untilRow: number;
  /** Index of the phase, for the rows that the engine fills itself. */
  readonly phase: number;
  /** Stop sending after this instant (monotonic ms); what is unsent stays blank (saturate) or is dropped (open). */
  readonly stopSendingMs: number;
  /** Wait until this long after the last send for answers; what is still open then is lost. */
  readonly drainMs: number;
  /**
   * Connections in all. A closed engine keeps so many busy; the open one opens so many before it begins, and more
   * whenever an arrival finds none free. @default 50 (closed), 0 (open)
   */
  readonly connections?: number;
}

/** All that an engine knows of a run; made once, before the first volley. */
export interface EngineContext {
  readonly requests: Requests;
  readonly endpoints: readonly Endpoint[];
  /** What each subject is called on the wire (run id included), by the index in the column `subject`. */
  readonly wireKeys: readonly string[];
  /** Names of the policies, to turn `x-ratelimit-policy` into the column `policy`. */
  readonly policyNames: readonly string[];
  /**
   * Requests of this subject ask `GET /healthz` without any key, and their outcome is `control` whatever the
   * answer says: they measure the path without a limiter. -1 if there are none. @default -1
   */
  readonly controlSubject?: number;
  /** Whole lines of the head that each subject's requests carry besides, by its index. @default none */
  readonly fields?: readonly string[];
  /** Header that carries the subject. @default "x-client-id" */
  readonly keyHeader?: string;
}

/** Sends volleys one after the other; each stands in one worker thread with all its engines. */
export interface Engine {
  /**
   * Sends one volley and resolves when each of its rows is complete (or still blank in a closed engine that was
   * stopped). Never rejects for what the target does: refusals, resets and nonsense are outcomes.
   */
  readonly send: (volley: Volley, signal: AbortSignal) => Promise<EngineReport>;
  readonly close: () => Promise<void>;
}

/** What one volley tells of the engine itself. */
export interface EngineReport {
  /** Connections opened in all. */
  readonly connectionsOpened: number;
  /** CPU time of the worker thread in the volley, in milliseconds; 0 where it cannot be read. */
  readonly cpuMs: number;
  /** Sentences on what the engine's own books say otherwise than the rows; empty when all adds up. */
  readonly discrepancies: readonly string[];
}
