import type { Socket } from "node:net";
import { type Link, linkOf } from "./link.ts";
import { Conversation } from "./resp/conversation.ts";
import type { RedisRule } from "./resp/redis-rule.ts";
import { coinOf, type Direction, type ToxicEntry } from "./toxic-entry.ts";
import type { ByteToxic, RedisToxic } from "./toxics/toxic.ts";

/** One client and its upstream, both connected and not yet read. */
export interface ConnectionOptions {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly seed: number;
  /** Names the connection among all of the server's: proxy and ordinal. */
  readonly name: string;
}

/** A proxied connection. Every change of toxics takes effect at once; nothing waits for a peer. */
export interface Connection {
  add(entry: ToxicEntry): void;
  update(entry: ToxicEntry): void;
  remove(entry: ToxicEntry): void;
}

/** Begins to carry bytes both ways, through `entries`. */
export function connect(options: ConnectionOptions, entries: Iterable<ToxicEntry>): Connection {
  const { client, upstream, seed, name } = options;
  const reset = () => {
    for (const socket of [client, upstream]) socket.resetAndDestroy();
  };
  const close = () => {
    for (const socket of [client, upstream]) socket.destroySoon();
  };
  const links: Record<Direction, Link> = {
    upstream: linkOf({
      source: client,
      destination: upstream,
      chance: { seed, place: `${name}/upstream` },
      reset,
      atExit: (bytes) => conversation.commands(bytes),
    }),
    downstream: linkOf({
      source: upstream,
      destination: client,
      chance: { seed, place: `${name}/downstream` },
      reset,
      atEntry: (bytes) => conversation.replies(bytes),
    }),
  };
  // Next to Redis, behind all that happens on the way: a Redis toxic is a Redis in trouble.
  const conversation = new Conversation({
    toRedis: links.upstream.write,
    toClient: links.downstream.enter,
    close,
    reset,
  });
  const rules = new Map<ToxicEntry, RedisRuleSlot>();
  const connection: Connection = {
    add(entry) {
      if (isByteEntry(entry)) return links[entry.direction].chain.add(entry);
      const slot = ruleSlot(entry as ToxicEntry<RedisToxic>, conversation, { seed, place: name });
      rules.set(entry, slot);
    },
    update(entry) {
      for (const { chain } of Object.values(links)) chain.update(entry);
      rules.get(entry)?.toss();
    },
    remove(entry) {
      for (const { chain } of Object.values(links)) chain.remove(entry);
      const slot = rules.get(entry);
      if (slot !== undefined) conversation.remove(slot.rule);
      rules.delete(entry);
    },
  };
  for (const entry of entries) connection.add(entry);
  for (const [socket, link] of [
    [client, links.downstream],
    [upstream, links.upstream],
  ] as const) {
    // Once nobody is left to write to, what a chain still holds is of no use.
    socket.once("close", link.chain.discard);
  }
  for (const link of Object.values(links)) link.start();
  return connection;
}

interface RedisRuleSlot {
  readonly rule: RedisRule;
  /** Tosses the coin again. */
  readonly toss: () => void;
}

function ruleSlot(
  entry: ToxicEntry<RedisToxic>,
  conversation: Conversation,
  chance: { readonly seed: number; readonly place: string },
): RedisRuleSlot {
  const rule = entry.toxic.rule(entry.values);
  const coin = coinOf(entry, chance);
  let isActive = false;
  const toss = () => {
    const wasActive = isActive;
    isActive = coin();
    if (isActive && !wasActive) conversation.add(rule);
    if (!isActive && wasActive) conversation.remove(rule);
  };
  toss();
  return { rule, toss };
}

function isByteEntry(entry: ToxicEntry): entry is ToxicEntry<ByteToxic> {
  return "stage" in entry.toxic;
}
