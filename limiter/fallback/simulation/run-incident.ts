import type { Fallback } from "../fallback.ts";
import type { RepairBatch } from "../recovery.ts";
import { type Cut, type Dice, dice, type Incident, WINDOW_US } from "./incident.ts";
import type { RedisKey } from "./simulated-redis.ts";
import { VirtualTime } from "./virtual-time.ts";

/** What was let in, or charged for nobody. */
export interface Admission {
  readonly atUs: number;
  readonly key: number;
  readonly replica: number;
  readonly cost: number;
  /** `phantom`: Redis charged it, but the answer was lost. */
  source: "redis" | "local" | "phantom";
}

/** A full cut, and what each replica did not know of each key when it began. */
export interface Loss {
  readonly fromUs: number;
  readonly untilUs: number;
  /** When every replica had forgotten it. */
  endedUs: number;
  /** `unseen[key][replica]`: what others had admitted through Redis after its last reply, and still weighed. */
  readonly unseen: readonly (readonly number[])[];
}

export interface Outcome {
  readonly admissions: readonly Admission[];
  readonly losses: readonly Loss[];
  /** Denials by Redis although its log, two cells longer, had room in truth. */
  readonly wronglyDenied: number;
  /** For each full cut and key: whether every replica had just served it. */
  readonly served: readonly (readonly boolean[])[];
  /** When every replica had written back what it knew of a Redis that has lost its data; Infinity if that never was. */
  readonly restoredUs: number;
}

/** What is simulated: ours, or a mistake. */
export interface Subject {
  readonly replica: (index: number) => Fallback;
  readonly key: () => RedisKey;
  /** For how long an admission weighs in what remains. */
  readonly weighsUs: number;
  /** Whether a weight ends with the window of the epoch. */
  readonly aligned: boolean;
  /** Whether the gate is kept. @default true */
  readonly gated?: boolean;
  /** The stamp that a repair is written with. */
  readonly restamp?: (stampUs: number, lostUs: number, nowUs: number) => number;
}

/** Plays `story` with `subject`, in virtual time. */
export function runIncident(story: Incident, subject: Subject, seed: number): Outcome {
  return new Play(story, subject, dice(seed ^ 0x2545f491)).run();
}

/** One entry of a key in Redis, in the order in which Redis wrote them. */
interface Written {
  readonly key: number;
  readonly replica: number;
  readonly cost: number;
  readonly stampUs: number;
}

class Play {
  readonly #story: Incident;
  readonly #subject: Subject;
  readonly #roll: Dice;
  readonly #time = new VirtualTime();
  readonly #replicas: Replica[];
  readonly #keys: RedisKey[];
  readonly #admissions: Admission[] = [];
  readonly #written: Written[] = [];
  readonly #losses: Loss[] = [];
  readonly #served: boolean[][] = [];
  #wronglyDenied = 0;
  /** How often Redis has lost its data. */
  #wipes = 0;
  /** Entries that are still to be written back. */
  #untold = 0;
  #restoredUs = Number.POSITIVE_INFINITY;

  constructor(story: Incident, subject: Subject, roll: Dice) {
    this.#story = story;
    this.#subject = subject;
    this.#roll = roll;
    this.#replicas = Array.from({ length: story.replicas }, (_, index) => ({
      index,
      fallback: subject.replica(index),
      heard: Array.from({ length: story.keys }, () => ({ order: 0, atUs: Number.NEGATIVE_INFINITY })),
      lostUs: 0,
      decidesUs: 0,
      answersUs: 0,
      episode: 0,
      wipes: 0,
    }));
    this.#keys = Array.from({ length: story.keys }, subject.key);
  }

  run(): Outcome {
    const { arrivals, cuts, wipedUs, replicas, untilUs } = this.#story;
    for (const arrival of arrivals) this.#time.at(arrival.atUs, () => this.#arrive(arrival));
    for (const cut of cuts) {
      if (cut.replicas.size === replicas) this.#time.at(cut.fromUs, () => this.#noteLoss(cut));
      // The link notices that it is cut, traffic or not: at the latest when it must connect again.
      for (const index of cut.replicas) {
        this.#time.at(this.#roll.whole(cut.fromUs + 1, cut.untilUs - 1), () =>
          this.#lose(this.#replica(index)),
        );
      }
    }
    if (wipedUs !== undefined) this.#time.at(wipedUs, () => this.#wipe());
    this.#time.runUntil(untilUs);
    const [admissions, losses, served] = [this.#admissions, this.#losses, this.#served];
    const [wronglyDenied, restoredUs] = [this.#wronglyDenied, this.#restoredUs];
    return { admissions, losses, served, wronglyDenied, restoredUs };
  }

  #wipe(): void {
    this.#wipes++;
    this.#keys.forEach((_, key) => {
      this.#keys[key] = this.#subject.key();
    });
  }

  #replica(index: number): Replica {
    const replica = this.#replicas[index];
    if (replica === undefined) throw new RangeError(`there is no replica ${index}`);
    return replica;
  }

  #arrive({ replica: index, key, cost }: { replica: number; key: number; cost: number }): void {
    const replica = this.#replica(index);
    if (replica.fallback.phase === "lost") {
      this.#decideAlone(replica, key, cost);
      return;
    }
    const reserved = replica.fallback.phase === "gate" && this.#subject.gated !== false;
    if (reserved && !replica.fallback.gate(`${key}`, cost, this.#time.nowUs).allowed) return;
    this.#ask(replica, key, cost, reserved);
  }

  #decideAlone(replica: Replica, key: number, cost: number): void {
    const atUs = this.#time.nowUs;
    if (!replica.fallback.decide(`${key}`, cost, atUs).allowed) return;
    this.#admissions.push({ atUs, key, replica: replica.index, cost, source: "local" });
  }

  #ask(replica: Replica, key: number, cost: number, reserved: boolean): void {
    const { delayUs, deadlineUs } = this.#story;
    const sentUs = this.#time.nowUs;
    let answered = false;
    let admission: Admission | undefined;
    // One connection: calls are decided, and answered, in the order in which they were sent.
    replica.decidesUs = Math.max(replica.decidesUs, sentUs + this.#roll.whole(1, delayUs));
    this.#time.at(replica.decidesUs, () => {
      if (!this.#reaches(replica.index)) return;
      const [order, wipes] = [this.#written.length, this.#wipes];
      const { remaining, resetUs, admitted } = this.#decideInRedis(replica.index, key, cost);
      if (admitted) {
        admission = { atUs: this.#time.nowUs, key, replica: replica.index, cost, source: "phantom" };
        this.#admissions.push(admission);
      }
      replica.answersUs = Math.max(replica.answersUs, this.#time.nowUs + this.#roll.whole(1, delayUs));
      this.#time.at(replica.answersUs, () => {
        if (!this.#reaches(replica.index)) return;
        answered = true;
        if (wipes > replica.wipes) this.#noteWipe(replica);
        if (admission !== undefined) admission.source = "redis";
        const receivedUs = this.#time.nowUs;
        replica.heard[key] = { order: order + (admitted ? 1 : 0), atUs: receivedUs };
        const reply = { remaining, resetUs, admitted: admitted ? cost : 0, sentUs, receivedUs };
        replica.fallback.learn(`${key}`, { ...reply, reserved: reserved && admitted });
        if (reserved && !admitted) replica.fallback.release(`${key}`, cost, "gated");
      });
    });
    this.#time.at(sentUs + deadlineUs, () => {
      if (answered) return;
      if (reserved) replica.fallback.release(`${key}`, cost, "gated");
      this.#lose(replica);
      this.#decideAlone(replica, key, cost);
    });
  }

  #reaches(replica: number): boolean {
    const nowUs = this.#time.nowUs;
    return !this.#story.cuts.some(
      (cut) => cut.fromUs <= nowUs && nowUs < cut.untilUs && cut.replicas.has(replica),
    );
  }

  #decideInRedis(replica: number, key: number, cost: number) {
    const nowUs = this.#time.nowUs;
    const answer = this.#redisKey(key).decide(cost, nowUs);
    if (answer.admitted) this.#written.push({ key, replica, cost, stampUs: nowUs });
    else if (cost <= this.#story.limit && this.#hadRoom(key, cost, nowUs)) this.#wronglyDenied++;
    return answer;
  }

  #hadRoom(key: number, cost: number, nowUs: number): boolean {
    const sinceUs = nowUs - WINDOW_US * (1 + 2 / 64);
    let sum = cost;
    for (let i = this.#admissions.length - 1; i >= 0; i--) {
      const admission = this.#admissions[i];
      if (admission === undefined || admission.atUs <= sinceUs) break;
      if (admission.key === key) sum += admission.cost;
    }
    return sum <= this.#story.limit;
  }

  #redisKey(key: number): RedisKey {
    const found = this.#keys[key];
    if (found === undefined) throw new RangeError(`there is no key ${key}`);
    return found;
  }

  #lose(replica: Replica): void {
    if (replica.fallback.phase === "lost") return;
    replica.fallback.lost(this.#time.nowUs);
    replica.lostUs = this.#time.nowUs;
    replica.episode++;
    this.#probe(replica);
  }

  #probe(replica: Replica): void {
    const { probeUs, delayUs } = this.#story;
    const waitUs = this.#roll.whole(Math.floor(probeUs / 2), probeUs);
    this.#time.at(this.#time.nowUs + waitUs, () => {
      const sentUs = this.#time.nowUs;
      this.#time.at(sentUs + delayUs, () => {
        if (!this.#reaches(replica.index)) {
          replica.fallback.lost(this.#time.nowUs, sentUs);
          this.#probe(replica);
        } else {
          if (this.#wipes > replica.wipes) this.#noteWipe(replica);
          else this.#recover(replica);
        }
      });
    });
  }

  /** Redis has told it that nothing is left of what it kept for it. */
  #noteWipe(replica: Replica): void {
    const { repairUs } = this.#story;
    const nowUs = this.#time.nowUs;
    replica.wipes = this.#wipes;
    if (replica.fallback.phase === "redis") replica.fallback.lost(nowUs);
    replica.lostUs = nowUs;
    replica.episode++;
    for (const batch of replica.fallback.everything(nowUs, 2)) {
      this.#untold++;
      this.#time.at(nowUs + this.#roll.whole(1, repairUs), () => {
        this.#repair(replica, batch, nowUs);
        this.#untold--;
        this.#noteRestored();
      });
    }
    this.#recover(replica);
    this.#noteRestored();
  }

  #noteRestored(): void {
    if (this.#untold > 0 || this.#replicas.some(({ wipes }) => wipes < this.#wipes)) return;
    this.#restoredUs = Math.min(this.#restoredUs, this.#time.nowUs);
  }

  #recover(replica: Replica): void {
    const { probeUs, deadlineUs, repairUs, delayUs } = this.#story;
    const nowUs = this.#time.nowUs;
    const { episode, lostUs } = replica;
    replica.fallback.recovered(nowUs);
    for (const batch of replica.fallback.repairs(nowUs, 2)) {
      this.#time.at(nowUs + this.#roll.whole(1, repairUs), () => this.#repair(replica, batch, lostUs));
    }
    this.#time.at(nowUs + probeUs + 2 * deadlineUs + 2 * delayUs + repairUs, () => {
      if (replica.episode !== episode) return;
      replica.fallback.forget(this.#time.nowUs);
      const quiet = this.#replicas.every(({ fallback }) => fallback.phase === "redis");
      for (const loss of this.#losses) {
        const healed = loss.untilUs < this.#time.nowUs;
        if (quiet && healed && loss.endedUs === Infinity) loss.endedUs = this.#time.nowUs;
      }
    });
  }

  #repair(replica: Replica, batch: RepairBatch, lostUs: number): void {
    const nowUs = this.#time.nowUs;
    if (!this.#reaches(replica.index)) {
      replica.fallback.putBack(batch);
      this.#lose(replica);
      return;
    }
    for (const { key, entries } of batch.repairs) {
      for (const { ageUs, cost } of entries) {
        const trueUs = batch.takenUs - ageUs;
        const stampUs = this.#subject.restamp?.(trueUs, lostUs, nowUs) ?? trueUs;
        this.#redisKey(Number(key)).add(cost, stampUs, nowUs);
        this.#written.push({ key: Number(key), replica: replica.index, cost, stampUs });
      }
    }
  }

  #noteLoss({ fromUs, untilUs }: Cut): void {
    const weighs = ({ stampUs }: Written) =>
      this.#subject.aligned
        ? Math.floor(stampUs / WINDOW_US) === Math.floor(fromUs / WINDOW_US)
        : stampUs > fromUs - this.#subject.weighsUs;
    const unseen = this.#keys.map((_, key) =>
      this.#replicas.map(({ index, heard }) =>
        this.#written
          .slice(heard[key]?.order ?? 0)
          .filter((entry) => entry.key === key && entry.replica !== index && weighs(entry))
          .reduce((sum, { cost }) => sum + cost, 0),
      ),
    );
    this.#losses.push({ fromUs, untilUs, endedUs: Infinity, unseen });
    this.#served.push(
      this.#keys.map((_, key) =>
        this.#replicas.every(({ heard }) => (heard[key]?.atUs ?? 0) > fromUs - this.#story.servedUs),
      ),
    );
  }
}

interface Replica {
  readonly index: number;
  readonly fallback: Fallback;
  /** For each key: how much Redis had written when it decided the last reply, and when that came. */
  readonly heard: { order: number; atUs: number }[];
  lostUs: number;
  decidesUs: number;
  answersUs: number;
  /** Grows with each loss. */
  episode: number;
  /** How often Redis had lost its data when it last noticed. */
  wipes: number;
}
