import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export const WINDOW_US = 1_000_000;

/** A stretch of time in which `replicas` cannot reach Redis. */
export interface Cut {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly replicas: ReadonlySet<number>;
}

export interface Arrival {
  readonly atUs: number;
  readonly replica: number;
  readonly key: number;
  readonly cost: number;
}

/** Which replicas the cuts of an incident take: all at once, some, or either. */
export type CutKind = "full" | "partial" | "mixed";

/** One random story. */
export interface Incident {
  readonly kind: CutKind;
  readonly replicas: number;
  readonly limit: number;
  readonly burst: number;
  readonly minimumShare: 0 | 1;
  readonly maxKeys: number;
  readonly keys: number;
  readonly probeUs: number;
  readonly deadlineUs: number;
  readonly repairUs: number;
  readonly delayUs: number;
  readonly cuts: readonly Cut[];
  /** When Redis loses its data; there is no cut after it. */
  readonly wipedUs?: number;
  readonly arrivals: readonly Arrival[];
  readonly untilUs: number;
  /** A replica that heard of a key this long before a cut, or less, had served it. */
  readonly servedUs: number;
}

/** Random numbers as the story needs them. */
export interface Dice {
  readonly share: () => number;
  /** A whole number in [least, most]. */
  readonly whole: (least: number, most: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(values: readonly [T, ...T[]]) => T;
}

/** Dice that `seed` stands for. */
export function dice(seed: number): Dice {
  const generator = xoroshiro128plus(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  for (let i = 0; i < 8; i++) generator.next();
  const share = () => uniformFloat64(generator);
  const whole = (least: number, most: number) => least + Math.floor(share() * (most - least + 1));
  return {
    share,
    whole,
    chance: (part) => share() < part,
    pick: (values) => values[whole(0, values.length - 1)] ?? values[0],
  };
}

/** The story of `seed`. */
export function incident(seed: number, kind: CutKind): Incident {
  const roll = dice(seed);
  const replicas = roll.whole(2, 5);
  const limit = roll.pick([1, 2, 3, 5, 8, 12, 20, 30]);
  const keys = roll.whole(1, 3);
  const cuts = cutsOf(roll, kind, replicas);
  const untilUs = Math.max(...cuts.map((cut) => cut.untilUs)) + 3 * WINDOW_US;
  const setting = {
    kind,
    replicas,
    limit,
    keys,
    cuts,
    untilUs,
    burst: roll.pick([limit, limit, 1, 2 * limit]),
    minimumShare: roll.pick([1, 0] as const),
    maxKeys: roll.pick([1, 2, 1_000, 1_000, 1_000]),
    probeUs: roll.pick([10_000, 50_000, 300_000]),
    deadlineUs: roll.pick([3_000, 10_000, 20_000]),
    repairUs: roll.whole(100, 30_000),
    delayUs: roll.whole(10, 1_000),
    servedUs: WINDOW_US / 10,
  };
  return { ...setting, arrivals: arrivalsOf(roll, setting) };
}

/**
 * The story of `seed` without its later cuts, or without any, in which Redis loses its data: while it cannot be reached,
 * as one that is started again, or in the middle of its work.
 */
export function forgetfulIncident(seed: number): Incident {
  const story = incident(seed, "full");
  const roll = dice(seed ^ 0x3c6ef372);
  const isCut = roll.chance(0.6);
  const cuts = isCut ? story.cuts.slice(0, 1) : [];
  const [fromUs, untilUs] = isCut
    ? [cuts[0]?.fromUs ?? 0, cuts[0]?.untilUs ?? 0]
    : [WINDOW_US, story.untilUs - 2 * WINDOW_US];
  // A replica that is not told to remember fewer keys remembers all.
  const maxKeys = Math.max(story.maxKeys, story.keys);
  return { ...story, cuts, maxKeys, wipedUs: roll.whole(fromUs, untilUs) };
}

/**
 * A story of even traffic on one key, well above its limit, over all replicas, and one cut for all. A replica had
 * served the key if it heard of it within a hundredth of the window: 100 ms of 10 s.
 */
export function steadyIncident(seed: number): Incident {
  const roll = dice(seed);
  const [replicas, limit] = [roll.whole(2, 5), roll.whole(100, 300)];
  const fromUs = roll.whole(1.5 * WINDOW_US, 2.5 * WINDOW_US);
  const untilUs = fromUs + roll.whole(0.1 * WINDOW_US, 3 * WINDOW_US);
  const cuts = [
    { fromUs, untilUs, replicas: new Set(Array.from({ length: replicas }, (_, index) => index)) },
  ];
  const endUs = untilUs + 2 * WINDOW_US;
  const count = Math.round((roll.pick([1.5, 3, 5]) * limit * endUs) / WINDOW_US);
  const arrivals = Array.from({ length: count }, () => ({
    atUs: Math.floor(roll.share() * endUs),
    replica: roll.whole(0, replicas - 1),
    key: 0,
    cost: 1,
  })).sort((a, b) => a.atUs - b.atUs);
  return {
    kind: "full",
    replicas,
    limit,
    burst: limit,
    keys: 1,
    cuts,
    arrivals,
    untilUs: endUs,
    minimumShare: 1,
    maxKeys: 10,
    probeUs: 30_000,
    deadlineUs: 5_000,
    repairUs: 1_000,
    delayUs: 100,
    servedUs: WINDOW_US / 100,
  };
}

function cutsOf(roll: Dice, kind: CutKind, replicas: number): Cut[] {
  const cuts: Cut[] = [];
  let atUs = roll.whole(WINDOW_US, 2 * WINDOW_US);
  for (let left = roll.pick([1, 1, 1, 2, 3]); left > 0; left--) {
    const lastsUs = roll.chance(0.3) ? roll.whole(30_000, WINDOW_US) : roll.whole(WINDOW_US, 4.5 * WINDOW_US);
    const all = kind === "full" || (kind === "mixed" && roll.chance(0.5));
    const cut = new Set<number>();
    for (let i = 0; i < replicas; i++) if (all || roll.chance(0.5)) cut.add(i);
    cuts.push({ fromUs: atUs, untilUs: atUs + lastsUs, replicas: cut });
    atUs += lastsUs + roll.whole(30_000, 2 * WINDOW_US);
  }
  return cuts;
}

type Setting = Omit<Incident, "arrivals">;

/** Traffic that moves between replicas and keys, and bursts where a rule may be caught. */
function arrivalsOf(roll: Dice, setting: Setting): Arrival[] {
  const { limit, untilUs } = setting;
  const arrivals: Arrival[] = [];
  const most = roll.chance(0.6) ? 1 : Math.min(limit, 4);
  for (let fromUs = 0; fromUs < untilUs; ) {
    const lastsUs = roll.whole(0.1 * WINDOW_US, 1.5 * WINDOW_US);
    const rate = roll.pick([0.2, 1, 2, 4]) * limit;
    const count = Math.round((rate * lastsUs) / WINDOW_US);
    const [replica, key] = [favourite(roll, setting.replicas), favourite(roll, setting.keys)];
    for (let i = 0; i < count; i++) {
      const atUs = fromUs + Math.floor(roll.share() * lastsUs);
      arrivals.push({ atUs, replica: replica(), key: key(), cost: roll.whole(1, most) });
    }
    fromUs += lastsUs;
  }
  for (const burst of burstsOf(roll, setting)) arrivals.push(...burst);
  return arrivals.sort((a, b) => a.atUs - b.atUs);
}

/** Mostly one of `count`, or any of them. */
function favourite(roll: Dice, count: number): () => number {
  const [chosen, faith] = [roll.whole(0, count - 1), roll.pick([0, 0.5, 0.9, 1])];
  return () => (roll.chance(faith) ? chosen : roll.whole(0, count - 1));
}

/** As much as the limit at once, around the beginning and the end of a cut, and whole windows after. */
function burstsOf(roll: Dice, { cuts, limit, replicas, keys, deadlineUs }: Setting): Arrival[][] {
  return cuts.flatMap(({ fromUs, untilUs }) => {
    const around = (instantUs: number, earlyUs: number, lateUs: number) => {
      const startUs = Math.max(0, instantUs + roll.whole(-earlyUs, lateUs));
      const [replica, key] = [favourite(roll, replicas), favourite(roll, keys)];
      const lastsUs = roll.pick([0, 1_000, 50_000]);
      return Array.from({ length: roll.whole(1, 2 * limit) }, () => ({
        atUs: startUs + roll.whole(0, lastsUs),
        replica: replica(),
        key: key(),
        cost: 1,
      }));
    };
    const bursts = [around(fromUs, 30_000, 0), around(fromUs, WINDOW_US, 0)];
    for (const windows of [0, 1, 2, 3]) {
      bursts.push(around(fromUs + windows * WINDOW_US, 40_000, 3 * deadlineUs));
      bursts.push(around(fromUs + windows * WINDOW_US, WINDOW_US / 2, WINDOW_US / 2));
    }
    bursts.push(around(untilUs, 20_000, 60_000), around(untilUs, 0, WINDOW_US));
    return bursts.filter(() => roll.chance(0.6));
  });
}
