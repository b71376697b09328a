import type { FaultRecord } from "../history/history.ts";
import type { FaultSite } from "./fault-site.ts";

/** Something that breaks and heals: one file each. Adding one is adding one file. */
export interface Fault {
  /** Kebab-case. */
  readonly name: string;
  /** What is broken, in a few words with its numbers: the legend of its band in every chart. */
  readonly legend: string;
  /** What Redis forgets through it. */
  readonly losesState: FaultRecord["losesState"];
  /**
   * While it is in force no answer of Redis reaches the replicas it aims at, so that none of their decisions can be
   * Redis's: refused, silent, frozen, dead, or nothing but errors. Not: slow, reset now and then. @default false
   */
  readonly cutsOff?: boolean;
  /** It breaks Redis itself, not the way to it: the harness, past all proxies, feels it too. @default false */
  readonly breaksRedis?: boolean;
  /** It sets Redis's clock ahead by so much, negative for back, until it is healed. @default 0 */
  readonly clockStepMs?: number;
  /** What it must be able to touch; a run that cannot give it is refused before it begins. */
  readonly needs: readonly FaultNeed[];
  /** Breaks what `site` aims at; resolves once it is broken. Whatever was begun is undone if it rejects. */
  readonly inject: (site: FaultSite) => Promise<Injected>;
}

/**
 * `proxies`: a Toxiproxy between each replica and Redis. `redis-toxics`: one that knows our RESP-aware toxics.
 * `redis`: one
 * that we can ask ourselves. `own-redis`: a Redis process that may be stopped and flushed. `own-gateways`: processes that we started.
 * `node-gateways`: those, and they run Node. `faketime`: libfaketime is installed.
 */
export type FaultNeed =
  | "proxies"
  | "redis-toxics"
  | "redis"
  | "own-redis"
  | "own-gateways"
  | "node-gateways"
  | "faketime";

/** A fault that is in force. Disposing heals it, once and whatever happened meanwhile; it never rejects for that. */
export interface Injected extends AsyncDisposable {
  /**
   * Looks for the effect from outside, on the data path of every replica it aims at: what was seen, in words with
   * numbers; `null` if nothing was. Asked soon after the injection, and of what cuts off once more right before the heal.
   */
  readonly verify: () => Promise<string | null>;
  /** After it was healed: what was seen of that, on the same paths; `null` if something is still broken. */
  readonly verifyHealed: () => Promise<string | null>;
}
