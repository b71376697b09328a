import type { Redis } from "ioredis";
import { type BreakerState, breaker } from "../breaker.ts";
import { type RedisGuard, redisGuard } from "../redis-guard.ts";
import { type Address, type RedisLink, redisLink } from "../redis-link.ts";
import { type RedisTime, redisTime } from "../redis-time.ts";
import { type NodeName, nameOf, type SlotMap } from "./slot-map.ts";
import { SLOTS } from "./slot-of.ts";

/** One node that is asked: its own connection, breaker and clock. */
export interface ClusterNode {
  readonly name: NodeName;
  readonly address: Address;
  readonly link: RedisLink;
  readonly guard: RedisGuard;
  readonly time: RedisTime;
  /** When its last good probe was sent. */
  goodMs: number;
  /** When it was last named by a redirection. */
  namedMs: number;
}

export interface ClusterNodesOptions {
  readonly seed: string | Redis;
  readonly deadlineMs: number;
  /** Asks the node something that changes nothing; whether it answered, and can be written to. */
  readonly greet: (node: ClusterNode) => Promise<boolean>;
  readonly onGood: (node: ClusterNode) => void;
  /** It has not answered what was sent then, or its connection, which began then, is closed. */
  readonly onBad: (node: ClusterNode, sentMs: number) => void;
  /** A slot was found to be there. */
  readonly onMoved: (to: Address) => void;
  /** The worst state of all breakers. */
  readonly onState: (state: BreakerState) => void;
}

/** The masters of the cluster, as far as they are known. */
export class ClusterNodes {
  /** Grows when slots change hands. */
  version = 0;
  readonly #options: ClusterNodesOptions;
  readonly #nodes = new Map<NodeName, ClusterNode>();
  readonly #states = new Map<NodeName, BreakerState>();
  #masters: (NodeName | undefined)[] = new Array(SLOTS).fill(undefined);
  #isClosed = false;

  constructor(options: ClusterNodesOptions) {
    this.#options = options;
  }

  masterOf(slot: number): ClusterNode | undefined {
    const name = this.#masters[slot];
    return name === undefined ? undefined : this.#nodes.get(name);
  }

  all(): ClusterNode[] {
    return [...this.#nodes.values()];
  }

  /** Whether all slots are served by nodes that can be asked. */
  areGood(): boolean {
    return this.#masters.every((name) => name !== undefined && this.#isGood(name));
  }

  /** The node there, which may be asked for a slot that it does not own yet. */
  at(address: Address): ClusterNode | undefined {
    const node = this.#nodes.get(nameOf(address)) ?? this.#connect(address);
    if (node !== undefined) node.namedMs = performance.now();
    return node;
  }

  /** The slot is there now. */
  moved(slot: number, address: Address): ClusterNode | undefined {
    const node = this.at(address);
    this.#masters[slot] = node?.name;
    this.version++;
    this.#options.onMoved(address);
    return node;
  }

  apply({ masters, addresses }: SlotMap): void {
    this.#masters = [...masters];
    this.version++;
    const serving = new Set(masters);
    for (const name of serving) {
      const address = name === undefined ? undefined : addresses.get(name);
      if (address !== undefined && !this.#nodes.has(nameOf(address))) this.#connect(address);
    }
    const longAgoMs = performance.now() - NAMED_FOR_MS;
    for (const node of this.all())
      if (!serving.has(node.name) && node.namedMs < longAgoMs) void this.#leave(node);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.all().map((node) => this.#leave(node, 0)));
  }

  #isGood(name: NodeName): boolean {
    return this.#nodes.get(name)?.guard.refusal() === undefined && this.#nodes.has(name);
  }

  #connect(address: Address): ClusterNode | undefined {
    if (this.#isClosed) return undefined;
    const { seed, deadlineMs, greet, onGood, onBad } = this.#options;
    const name = nameOf(address);
    const link = redisLink(seed, { deadlineMs, at: address });
    const guard = redisGuard({
      link,
      breaker: breaker({ random: Math.random }),
      greet: () => {
        sentMs = performance.now();
        return greet(node);
      },
      onGood() {
        node.goodMs = sentMs;
        onGood(node);
      },
      onBad: (badMs) => onBad(node, badMs),
      onState: (state) => this.#moved(name, state),
    });
    let sentMs = Number.NEGATIVE_INFINITY;
    link.onClosed((beganMs) => onBad(node, beganMs));
    const unknown = { goodMs: Number.NEGATIVE_INFINITY, namedMs: Number.NEGATIVE_INFINITY };
    const node: ClusterNode = { name, address, link, guard, time: redisTime(), ...unknown };
    this.#nodes.set(name, node);
    return node;
  }

  /** What it has been asked it may still answer. */
  async #leave(node: ClusterNode, afterMs = LEAVE_AFTER_MS): Promise<void> {
    this.#nodes.delete(node.name);
    this.#moved(node.name, undefined);
    node.guard.close();
    if (afterMs === 0) await node.link.close();
    else setTimeout(() => void node.link.close(), afterMs).unref();
  }

  #moved(name: NodeName, state: BreakerState | undefined): void {
    if (state === undefined) this.#states.delete(name);
    else this.#states.set(name, state);
    const states = [...this.#states.values()];
    this.#options.onState(WORST_FIRST.find((one) => states.includes(one)) ?? "closed");
  }
}

const WORST_FIRST: readonly BreakerState[] = ["open", "half-open", "closed"];

/** A node without slots is left when no redirection has named it for so long. */
const NAMED_FOR_MS = 10_000;

const LEAVE_AFTER_MS = 1_000;
