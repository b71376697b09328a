import { seededRandom } from "../load/random.ts";
import { requirePositive } from "../load/require-positive.ts";
import type { Fault } from "./fault.ts";
import type { PlannedFault } from "./planned-fault.ts";

/** A span of a phase, in milliseconds since the phase began. */
export interface DuringOptions {
  readonly fromMs: number;
  readonly untilMs: number;
  /** @default all */
  readonly replicas?: readonly number[];
}

/** One fault, once. Plans that overlap are plans one after the other in a list. */
export function during(fault: Fault, phase: string, options: DuringOptions): PlannedFault[] {
  const { fromMs, untilMs, replicas } = options;
  if (!(fromMs >= 0 && untilMs > fromMs && Number.isFinite(untilMs)))
    throw new RangeError(
      `${fault.name}: it must last, from 0 on, and not from ${fromMs} until ${untilMs} ms.`,
    );
  const from = { phase, atMs: fromMs };
  const until = { phase, atMs: untilMs };
  return [{ fault, from, until, ...(replicas === undefined ? {} : { replicas }) }];
}

/** How a fault comes and goes. */
export interface FlappingOptions {
  /** How long it is in force each time. */
  readonly downMs: number;
  /** How long it is not. */
  readonly upMs: number;
  /** Each of these lengths varies evenly by so large a share of itself, 0 to less than 1. @default 0 */
  readonly jitterShare?: number;
  /** Nothing lasts longer: a last time that would is left out. */
  readonly forMs: number;
  /** @default 0 */
  readonly fromMs?: number;
  /** The same one gives the same plan. */
  readonly seed: number;
  /** @default all */
  readonly replicas?: readonly number[];
}

/** The fault again and again, beginning with it, with pauses between. Throws a `RangeError` if it has no room even once. */
export function flapping(fault: Fault, phase: string, options: FlappingOptions): PlannedFault[] {
  const { downMs, upMs, jitterShare = 0, forMs, fromMs = 0, seed, replicas } = options;
  requirePositive(`${fault.name}, flapping`, { downMs, upMs });
  if (!(jitterShare >= 0 && jitterShare < 1))
    throw new RangeError(
      `${fault.name}, flapping: jitterShare must be from 0 to less than 1, not ${jitterShare}.`,
    );
  const random = seededRandom(seed, `flapping/${phase}/${fault.name}`);
  const varied = (ms: number) => ms * (1 + jitterShare * (2 * random() - 1));
  const plan: PlannedFault[] = [];
  let atMs = fromMs;
  for (;;) {
    const untilMs = atMs + varied(downMs);
    if (!(untilMs <= fromMs + forMs)) break;
    plan.push(
      ...during(fault, phase, { fromMs: atMs, untilMs, ...(replicas === undefined ? {} : { replicas }) }),
    );
    atMs = untilMs + varied(upMs);
  }
  if (plan.length === 0)
    throw new RangeError(`${fault.name}, flapping: ${forMs} ms have no room for ${downMs} ms of it.`);
  return plan;
}

/** Whose turn, and how long. */
export interface InTurnOptions {
  /** In the order of their turns. */
  readonly replicas: readonly number[];
  readonly eachMs: number;
  /** Between the end of one turn and the next; below 0 they overlap. @default 0 */
  readonly gapMs?: number;
  /** @default 0 */
  readonly fromMs?: number;
}

/** The fault on one replica after the other. */
export function inTurn(fault: Fault, phase: string, options: InTurnOptions): PlannedFault[] {
  const { replicas, eachMs, gapMs = 0, fromMs = 0 } = options;
  return replicas.flatMap((replica, turn) => {
    const beginMs = fromMs + turn * (eachMs + gapMs);
    return during(fault, phase, { fromMs: beginMs, untilMs: beginMs + eachMs, replicas: [replica] });
  });
}
