import type { Asking } from "../batch.ts";
import type { DecidingContext } from "../deciding.ts";
import { type GiveBacks, giveBacks } from "../give-backs.ts";
import { type KeepDecidingOptions, keepDeciding } from "../keep-deciding.ts";
import type { Place } from "../redis-side.ts";
import type { WithoutRedis } from "../without-redis.ts";
import type { ClusterNode, ClusterNodes } from "./cluster-nodes.ts";
import type { SlotSender } from "./slot-sender.ts";

export interface DistrictOptions extends Omit<KeepDecidingOptions, "onRepaired"> {
  readonly nodes: ClusterNodes;
  readonly metrics: DecidingContext["metrics"];
  readonly add: (asking: Asking) => void;
}

/**
 * Slots that one master served when the first of them was used. They are decided without Redis together, from the
 * failure of one of them until all masters that now serve them have answered a probe.
 */
export class District implements Place {
  readonly context: DecidingContext;
  readonly add: (asking: Asking) => void;
  readonly slots: number[] = [];
  readonly senders: SlotSender[] = [];
  readonly #nodes: ClusterNodes;
  readonly #withoutRedis: WithoutRedis;
  readonly #debts: GiveBacks;
  #lostMs = Number.NEGATIVE_INFINITY;
  #isRecovering = false;
  #owners: { version: number; nodes: ReadonlySet<ClusterNode | undefined> } = {
    version: -1,
    nodes: new Set(),
  };

  constructor(options: DistrictOptions) {
    const { nodes, metrics, put, add } = options;
    this.#nodes = nodes;
    this.#debts = giveBacks(add);
    this.#withoutRedis = keepDeciding({ ...options, onRepaired: this.#debts.retry });
    this.add = add;
    this.context = {
      names: put.names,
      metrics,
      withoutRedis: this.#withoutRedis,
      giveBack: this.#debts.owe,
      giveBackLater: this.#debts.oweLater,
    };
  }

  get isLost(): boolean {
    return this.#withoutRedis.phase === "lost";
  }

  /** Who serves its slots; undefined among them if nobody does. */
  get owners(): ReadonlySet<ClusterNode | undefined> {
    const { version } = this.#nodes;
    if (this.#owners.version !== version) {
      this.#owners = { version, nodes: new Set(this.slots.map((slot) => this.#nodes.masterOf(slot))) };
    }
    return this.#owners.nodes;
  }

  /** Redis has not done what it was asked then, or cannot be asked. */
  lost(sentMs: number): void {
    this.#lostMs = performance.now();
    this.#withoutRedis.lost(this.#lostMs, sentMs);
  }

  stateLost(): void {
    // What the others have kept is gone too, as far as it can be known: it is told of once.
    for (const sender of this.senders) sender.forget();
    this.#debts.forget();
    this.#withoutRedis.stateLost(performance.now());
  }

  /** Leaves it to Redis again, if all its owners have been good since it was lost; asks those who can be asked. */
  recoverIfGood(): void {
    const owners = [...this.owners];
    const waitsFor = owners.filter((node) => node === undefined || !this.#isGood(node));
    for (const node of waitsFor) if (node?.guard.refusal() === undefined) node?.guard.probe();
    if (waitsFor.length === 0) void this.#recover();
  }

  async #recover(): Promise<void> {
    if (this.#isRecovering) return;
    this.#isRecovering = true;
    const lostMs = this.#lostMs;
    // If the data is lost, that is to be known before anything is left to Redis again.
    const witness = this.isLost ? this.senders.find((sender) => sender.isWitness()) : undefined;
    const isGood = witness === undefined || (await witness.greet());
    this.#isRecovering = false;
    if (!isGood) return;
    if (lostMs !== this.#lostMs) return this.recoverIfGood();
    const settled = Promise.all(this.senders.map((sender) => sender.settle()));
    this.#withoutRedis.recovered(
      performance.now(),
      settled.then(() => {}),
    );
    if (this.#withoutRedis.phase === "redis") this.#debts.retry();
  }

  close(): void {
    this.#withoutRedis.close();
  }

  #isGood({ guard, goodMs }: ClusterNode): boolean {
    return guard.refusal() === undefined && goodMs > this.#lostMs;
  }
}
