import type { Address } from "../redis-link.ts";
import { SLOTS } from "./slot-of.ts";

/** An address as one word, which is what nodes are known by. */
export type NodeName = string;

/** `host:port`. */
export function nameOf({ host, port }: Address): NodeName {
  return `${host}:${port}`;
}

/** Who serves which slot, as one node has told it. */
export interface SlotMap {
  /** The master of each slot; undefined where the cluster has none. */
  readonly masters: readonly (NodeName | undefined)[];
  /** All nodes, replicas too. */
  readonly addresses: ReadonlyMap<NodeName, Address>;
}

/**
 * Reads the reply of CLUSTER SLOTS; undefined if it is none, or names no slot. A node without a host of its own is
 * where we have asked.
 */
export function slotMap(reply: unknown, asked: Address): SlotMap | undefined {
  if (!Array.isArray(reply) || reply.length === 0) return undefined;
  const masters: (NodeName | undefined)[] = new Array(SLOTS).fill(undefined);
  const addresses = new Map<NodeName, Address>();
  for (const [first, last, ...nodes] of reply) {
    const names = nodes.map(([host, port]: [string | null, number]) => {
      const address = { host: host || asked.host, port };
      addresses.set(nameOf(address), address);
      return nameOf(address);
    });
    masters.fill(names[0], first, last + 1);
  }
  return { masters, addresses };
}

/** Where a redirection leads (`MOVED 3999 127.0.0.1:6381`, `ASK ...`); undefined if `message` is none. */
export function redirectionIn(message: string, asked: Address): Address | undefined {
  const [, host = "", port] = /^(?:MOVED|ASK) \d+ (\S*):(\d+)$/.exec(message) ?? [];
  return port === undefined ? undefined : { host: host || asked.host, port: Number(port) };
}
