import type { Asking } from "../batch.ts";
import type { RedisTrouble } from "../redis-link.ts";
import type { Keeper } from "./keepers.ts";
import type { Repair, RepairBatch } from "./recovery.ts";

/** Tells Redis in the background what this process admitted without it. */
export interface Repairing {
  /** Begins, or goes on with what could not be told the last time. */
  readonly begin: (nowUs: number) => void;
  /** Redis has lost its data: begins with all that this process had admitted lately. */
  readonly beginAnew: (nowUs: number) => void;
  /** Redis has forgotten these keys: what it has not taken until now it is not told again. */
  readonly drop: (keys: readonly string[]) => void;
}

export interface RepairingOptions {
  readonly keepers: () => Iterable<Keeper>;
  readonly add: (asking: Asking) => void;
  /** Whether Redis can be told, of what it has not taken before. */
  readonly isAble: () => boolean;
  readonly nowUs: () => number;
  /** Redis has been told of everything. */
  readonly onDone: () => void;
}

interface Job {
  readonly keeper: Keeper;
  readonly batch: RepairBatch;
}

/** Keys that are told of together: one such batch is under way at a time, and decisions travel between them. */
const KEYS_AT_ONCE = 16;

/** Sends through `add`; each cost is told once, however often the way is cut meanwhile. */
export function repairing({ keepers, add, isAble, nowUs, onDone }: RepairingOptions): Repairing {
  let writeBacks: Iterator<Job> | undefined;
  let repairs: Iterator<Job> | undefined;
  /** What Redis did not take. */
  let left: Job | undefined;
  /** Dropped while a job was under way. */
  const dropped = new Set<string>();
  let isRunning = false;
  let losses = 0;

  function* jobs(batches: (keeper: Keeper) => Iterable<RepairBatch>): Generator<Job, void, void> {
    for (const keeper of keepers()) for (const batch of batches(keeper)) yield { keeper, batch };
  }

  function next(): Job | undefined {
    const job = left ?? nextOf(writeBacks) ?? nextOf(repairs);
    left = undefined;
    return job;
  }

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    for (let job = isAble() ? next() : undefined; job !== undefined; job = isAble() ? next() : undefined) {
      const before = losses;
      dropped.clear();
      const untold = (await tell(job)).filter(({ key }) => !dropped.has(key));
      left = only(job, before === losses ? untold : untold.filter(({ overflowed }) => overflowed));
    }
    isRunning = false;
    if (isAble()) onDone();
  }

  /** What Redis has not taken. */
  async function tell({ keeper, batch }: Job): Promise<Repair[]> {
    const passedUs = nowUs() - batch.takenUs;
    const told = batch.repairs.map((repair) => merged(keeper, repair, passedUs));
    const isTold = await Promise.all(told);
    return batch.repairs.filter((_, i) => isTold[i] === false);
  }

  /** Whether it is done with: Redis has added it, or never will. */
  function merged({ row }: Keeper, { key, entries }: Repair, passedUs: number): Promise<boolean> {
    return new Promise((resolve) => {
      let trouble: RedisTrouble | undefined;
      add({
        mode: "merge",
        cost: 0,
        keys: [key],
        rows: [row],
        entries: entries.map(({ ageUs, cost }) => ({ ageUs: ageUs + passedUs, cost })),
        answered: () => resolve(true),
        failed(reason) {
          trouble = reason;
        },
        // An error while Redis can be asked is about this key alone: it holds something else.
        turnedOut: (isDone) => resolve(isDone || (trouble === "error" && isAble())),
      });
    });
  }

  /** Of what Redis did not take, only these. */
  function keep(isKept: (repair: Repair) => boolean): void {
    if (left !== undefined) left = only(left, left.batch.repairs.filter(isKept));
  }

  return {
    begin(atUs) {
      repairs = jobs(({ fallback }) => fallback.repairs(atUs, KEYS_AT_ONCE));
      void run();
    },
    beginAnew(atUs) {
      losses++;
      // Of keys without a place nothing else is known.
      keep(({ overflowed }) => overflowed);
      // Noted at once, told one after the other.
      const noted = [...keepers()].map((keeper) => ({
        keeper,
        batches: keeper.fallback.everything(atUs, KEYS_AT_ONCE),
      }));
      writeBacks = (function* () {
        for (const { keeper, batches } of noted) for (const batch of batches) yield { keeper, batch };
      })();
    },
    drop(keys) {
      for (const key of keys) dropped.add(key);
      keep(({ key }) => !dropped.has(key));
    },
  };
}

/** The job for these repairs alone; undefined if there are none. */
function only({ keeper, batch }: Job, repairs: readonly Repair[]): Job | undefined {
  return repairs.length === 0 ? undefined : { keeper, batch: { ...batch, repairs } };
}

function nextOf<T>(iterator: Iterator<T> | undefined): T | undefined {
  const result = iterator?.next();
  return result === undefined || result.done === true ? undefined : result.value;
}
