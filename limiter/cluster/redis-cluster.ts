import { randomBytes } from "node:crypto";
import { decideScript } from "../algorithms/decide-script.ts";
import { type Asking, Batch } from "../batch.ts";
import { LONGEST_PROBE_MS } from "../breaker.ts";
import { gateMs, REPAIR_MS } from "../fallback/recovery.ts";
import type { RedisCluster } from "../limiter-options.ts";
import { RECONNECTED_WITHIN_MS, type RedisTrouble } from "../redis-link.ts";
import type { Place, RedisSide, RedisSideOptions } from "../redis-side.ts";
import { type ClusterNode, ClusterNodes } from "./cluster-nodes.ts";
import { District } from "./district.ts";
import { SLOTS, slotOf } from "./slot-of.ts";
import { type SlotQueue, slotQueue } from "./slot-queue.ts";
import { SlotSender, type SlotSenderContext } from "./slot-sender.ts";
import { LONGEST_REFRESH_MS, type Topology, topology } from "./topology.ts";

/** Districts have so many slots at most. */
const DISTRICT_SLOTS = 128;

/** Keys of each policy that a district knows in any case. */
const FEWEST_KEYS = 64;

/** What was done in a slot is kept for so long at most: there may be a key for each of them. */
const KEEP_MS = 300_000;

/** Connects to a Redis Cluster: each key is decided by whoever serves its slot, and each master may fail alone. */
export function redisCluster(options: RedisSideOptions<RedisCluster>): RedisSide {
  const side = new ClusterSide(options);
  return {
    placeOf: (keys) => side.placeOf(keys),
    connected: (withinMs) => side.connected(withinMs),
    close: () => side.close(),
  };
}

class ClusterSide {
  readonly #options: RedisSideOptions<RedisCluster>;
  readonly #caller: string;
  readonly #nodes: ClusterNodes;
  readonly #topology: Topology;
  readonly #queue: SlotQueue;
  readonly #context: SlotSenderContext;
  readonly #senders = new Map<number, SlotSender>();
  readonly #districts = new Set<District>();
  readonly #districtOf: (District | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Those that wait until all is well. */
  readonly #waiting = new Set<() => void>();
  /** Keys that all districts keep, by policy. */
  readonly #kept = new Map<string, number>();

  constructor(options: RedisSideOptions<RedisCluster>) {
    this.#options = options;
    const { redis, deadlineMs, prefix, put, metrics } = options;
    this.#caller = `${prefix}:kept:${randomBytes(9).toString("base64url")}`;
    const [seed = ""] = redis.cluster;
    this.#nodes = new ClusterNodes({
      seed,
      deadlineMs,
      greet: (node) => this.#greet(node),
      onGood: (node) => this.#recover(node),
      onBad: (node, sentMs) => this.#failed(node, sentMs),
      onMoved: (to) => this.#topology.refresh(to),
      onState: metrics.breakerMoved,
    });
    const keepMs = Math.min(KEEP_MS, put.keepMs);
    this.#context = {
      nodes: this.#nodes,
      script: decideScript(put.algorithms, put.usual, keepMs),
      unkept: decideScript(put.algorithms, put.usual, undefined),
      usual: put.usual.length,
      deadlineMs,
      keepMs,
    };
    this.#queue = slotQueue(
      (slot, { keys: [key = ""] }) =>
        new Batch(this.#senderOf(slot, tagOf(key)).keptKey, put.usual.length, 2 * deadlineMs),
      (slot, batch, arrived) => this.#send(slot, batch, arrived),
    );
    this.#topology = topology({
      seeds: redis.cluster,
      known: () =>
        this.#nodes
          .all()
          .toSorted(goodFirst)
          .map(({ address }) => address),
      onMap: (map) => {
        this.#nodes.apply(map);
        this.#recover();
      },
      isSettled: () => this.#isSettled(),
    });
    this.#topology.refresh();
  }

  placeOf([key = ""]: readonly string[]): Place {
    return this.#district(slotOf(key));
  }

  connected(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#nodes.areGood()) return resolve(true);
      const tell = () => {
        this.#waiting.delete(tell);
        clearTimeout(late);
        resolve(this.#nodes.areGood());
      };
      const late = setTimeout(tell, withinMs);
      this.#waiting.add(tell);
    });
  }

  async close(): Promise<void> {
    this.#topology.close();
    const closed = this.#nodes.close();
    for (const district of this.#districts) district.close();
    for (const tell of this.#waiting) tell();
    await closed;
  }

  #add(asking: Asking): void {
    this.#queue.add(slotOf(asking.keys[0] ?? ""), asking);
  }

  #send(slot: number, batch: Batch, arrived: () => void): void {
    const node = this.#nodes.masterOf(slot);
    const refusal = node === undefined ? "disconnected" : node.guard.refusal();
    const sender = this.#senders.get(slot);
    if (node !== undefined && refusal === undefined && sender !== undefined) {
      void sender.send(batch, node, arrived);
      return;
    }
    arrived();
    this.#district(slot).lost(0);
    batch.refuse(refusal ?? "disconnected");
    this.#topology.refresh();
  }

  #senderOf(slot: number, tag: string): SlotSender {
    const known = this.#senders.get(slot);
    if (known !== undefined) return known;
    const district = this.#district(slot);
    const sender = new SlotSender(slot, `${this.#caller}:{${tag}}`, this.#context, {
      onOutcome: (node, trouble, sentMs) => this.#ended(district, node, trouble, sentMs),
      onStateLost: () => district.stateLost(),
    });
    this.#senders.set(slot, sender);
    district.senders.push(sender);
    return sender;
  }

  #ended(district: District, node: ClusterNode, trouble: RedisTrouble | undefined, sentMs: number): void {
    if (trouble !== undefined) {
      district.lost(sentMs);
      this.#topology.refresh();
    }
    // Where a slot is, is not the node's fault.
    if (trouble !== "redirected" && trouble !== "try-again") node.guard.ended(trouble);
  }

  /** Through a slot that the node serves, if it serves any: only there it says whether it can be written to. */
  async #greet(node: ClusterNode): Promise<boolean> {
    // Not always the same: it may be on its way. But few: each is remembered.
    const first = Math.floor(Math.random() * GREETED_SLOTS);
    for (let i = 0; i < TAGS_TRIED; i++) {
      const tag = String(first + i);
      const slot = slotOf(tag);
      if (this.#nodes.masterOf(slot) === node) return this.#senderOf(slot, tag).greet(node);
    }
    const sentMs = performance.now();
    const outcome = await node.link.run(this.#context.unkept, [], [Number.MAX_SAFE_INTEGER, 0, 0]);
    if (outcome.ok) node.time.heard(outcome.reply[0] ?? 0, sentMs, performance.now());
    return outcome.ok;
  }

  #failed(node: ClusterNode, sentMs: number): void {
    for (const district of this.#districts) if (district.owners.has(node)) district.lost(sentMs);
    this.#topology.refresh();
  }

  /** Something is better than it was: at this node, or anywhere. */
  #recover(node?: ClusterNode): void {
    for (const district of this.#districts) {
      if (node === undefined ? district.isLost : district.owners.has(node)) district.recoverIfGood();
    }
    if (this.#waiting.size > 0 && this.#nodes.areGood()) for (const tell of this.#waiting) tell();
  }

  #isSettled(): boolean {
    return this.#nodes.areGood() && ![...this.#districts].some(({ isLost }) => isLost);
  }

  #district(slot: number): District {
    return this.#districtOf[slot] ?? this.#found(slot);
  }

  /** A new district: what is near, and is served by the same node. */
  #found(slot: number): District {
    const district = new District({
      ...this.#options,
      nodes: this.#nodes,
      add: (asking) => this.#add(asking),
      gateMs: longestGateMs(this.#options),
      maxKeys: Math.max(
        FEWEST_KEYS,
        Math.ceil(((this.#options.maxKeys ?? 100_000) * 1.25 * DISTRICT_SLOTS) / SLOTS),
      ),
      onKeys: this.#keysCounted(),
    });
    const master = this.#nodes.masterOf(slot);
    const begin = slot - (slot % DISTRICT_SLOTS);
    for (let near = begin; near < begin + DISTRICT_SLOTS; near++) {
      if (this.#districtOf[near] !== undefined || this.#nodes.masterOf(near) !== master) continue;
      this.#districtOf[near] = district;
      district.slots.push(near);
    }
    this.#districts.add(district);
    return district;
  }

  /** For one district: tells the sum of all. */
  #keysCounted(): (policy: string, count: number) => void {
    const own = new Map<string, number>();
    return (policy, count) => {
      const sum = (this.#kept.get(policy) ?? 0) + count - (own.get(policy) ?? 0);
      own.set(policy, count);
      this.#kept.set(policy, sum);
      this.#options.metrics.fallbackKeys(policy, sum);
    };
  }
}

const GREETED_SLOTS = 16;

/** A few times as many as it takes to meet a slot of a node that serves one in a thousand. */
const TAGS_TRIED = 4_096;

/** What stands in braces in every key of a slot's subject. */
function tagOf(key: string): string {
  return key.slice(key.indexOf("{") + 1, key.indexOf("}"));
}

function goodFirst(a: ClusterNode, b: ClusterNode): number {
  return Number(a.guard.refusal() !== undefined) - Number(b.guard.refusal() !== undefined);
}

/** Until every process has found the masters again, and told them what it had admitted without. */
function longestGateMs({ deadlineMs }: { readonly deadlineMs: number }): number {
  const probeIntervalMs = Math.max(RECONNECTED_WITHIN_MS, LONGEST_PROBE_MS) + LONGEST_REFRESH_MS;
  return gateMs({ probeIntervalMs, deadlineMs, repairMs: REPAIR_MS });
}
