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

/** Keys that are told of together; decisions travel between them. */
const KEYS_AT_ONCE = 16;

/** Jobs under way at a time: half as many after each that Redis has not done in time. */
const JOBS_AT_ONCE = 8;

/** Sends through `add`; each cost is told once, however often the way is cut meanwhile. */
export function repairing(options: RepairingOptions): Repairing {
  const { keepers, isAble, onDone } = options;
  let writeBacks: Iterator<Job> | undefined;
  let repairs: Iterator<Job> | undefined;
  /** What Redis did not take. */
  let left: Job[] = [];
  /** Of each job that is under way, what was dropped meanwhile. */
  const dropped = new Set<Set<string>>();
  /** Who take jobs, one after the other. */
  let lanes = 0;
  let lanesAtMost = JOBS_AT_ONCE;
  let losses = 0;

  function* jobs(batches: (keeper: Keeper) => Iterable<RepairBatch>): Generator<Job, void, void> {
    for (const keeper of keepers()) for (const batch of batches(keeper)) yield { keeper, batch };
  }

  function next(): Job | undefined {
    return left.shift() ?? nextOf(writeBacks) ?? nextOf(repairs);
  }

  function run(): void {
    const idle = Math.max(0, lanesAtMost - lanes);
    lanes += idle;
    for (let i = 0; i < idle; i++) void oneByOne();
  }

  async function oneByOne(): Promise<void> {
    for (let job = isAble() ? next() : undefined; job !== undefined; job = isAble() ? next() : undefined) {
      const before = losses;
      const gone = new Set<string>();
      dropped.add(gone);
      const untold = (await untoldOf(job, options)).filter(({ key }) => !gone.has(key));
      dropped.delete(gone);
      if (untold.length > 0) lanesAtMost = Math.ceil(lanesAtMost / 2);
      left.push(...only(job, before === losses ? untold : untold.filter(({ overflowed }) => overflowed)));
    }
    lanes--;
    if (lanes > 0 || !isAble()) return;
    lanesAtMost = JOBS_AT_ONCE;
    onDone();
  }

  /** Of what Redis did not take, only these. */
  function keep(isKept: (repair: Repair) => boolean): void {
    left = left.flatMap((job) => only(job, job.batch.repairs.filter(isKept)));
  }

  return {
    begin(atUs) {
      repairs = jobs(({ fallback }) => fallback.repairs(atUs, KEYS_AT_ONCE));
      run();
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
      for (const gone of dropped) for (const key of keys) gone.add(key);
      keep(({ key }) => !keys.includes(key));
    },
  };
}

/** Tells Redis; what it has not taken. */
async function untoldOf({ keeper, batch }: Job, options: RepairingOptions): Promise<Repair[]> {
  const passedUs = options.nowUs() - batch.takenUs;
  const told = batch.repairs.map((repair) => merged(keeper, repair, passedUs, options));
  const isTold = await Promise.all(told);
  return batch.repairs.filter((_, i) => isTold[i] === false);
}

/** Whether it is done with: Redis has added it, or never will. */
function merged(
  { row }: Keeper,
  { key, entries }: Repair,
  passedUs: number,
  { add, isAble }: RepairingOptions,
): Promise<boolean> {
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

/** The job for these repairs alone; none if there are none. */
function only({ keeper, batch }: Job, repairs: readonly Repair[]): Job[] {
  return repairs.length === 0 ? [] : [{ keeper, batch: { ...batch, repairs } }];
}

function nextOf<T>(iterator: Iterator<T> | undefined): T | undefined {
  const result = iterator?.next();
  return result === undefined || result.done === true ? undefined : result.value;
}
