import type { Random } from "../../load/random.ts";
import type { RedisRule } from "../resp/redis-rule.ts";

/** Where bytes go next. `receivedMs` is when they came in, on `performance.now()`, plus every delay so far. */
export interface Way {
  chunk(bytes: Buffer, receivedMs: number): void;
  /** Nothing follows: the socket at the end is closed once it has been given everything before. */
  end(): void;
}

/** What a toxic can do to one direction of one connection. */
export interface ToxicWay extends Way {
  /** RST on both sides, at once. */
  reset(): void;
  /** To be called when `isFull` may have become false. */
  room(): void;
  /** Seeded for this connection, direction and toxic. */
  readonly random: Random;
}

/** A toxic at work in one direction of one connection. Order is kept; nothing here waits or throws. */
export interface Stage extends Way {
  /** Says that the source is to be read no further. */
  readonly isFull?: () => boolean;
  /** The values have changed in place. */
  updated?(): void;
  /** The toxic is taken away: passes on all that it holds, now; what lost bytes ends instead. */
  release(): void;
  /** The connection has gone: forgets what it holds, and its timers. */
  discard(): void;
}

/** How an attribute is written in JSON, by the names that Go gives the types. */
export type AttributeType = "int" | "int64" | "string" | "[]string";

/** The types of a toxic's attributes by name, in the order in which they are listed. */
export type AttributeTypes = Readonly<Record<string, AttributeType>>;

type ValueOf<Type> = Type extends "int" | "int64"
  ? number
  : Type extends "string"
    ? string
    : readonly string[];

/** A toxic's attributes; absent ones are 0 or empty. Live: an update changes them in place. */
export type Values<Types extends AttributeTypes> = { readonly [Name in keyof Types]: ValueOf<Types[Name]> };

/** A toxic that works on bytes and knows no protocol. */
export interface ByteToxic {
  readonly type: string;
  readonly attributes: AttributeTypes;
  stage(values: Values<AttributeTypes>, way: ToxicWay): Stage;
}

/** A toxic that makes Redis itself misbehave, command by command; it has the same effect in either stream. */
export interface RedisToxic {
  readonly type: string;
  readonly attributes: AttributeTypes;
  /** What is wrong with the values, or `null`. */
  fault(values: Values<AttributeTypes>): string | null;
  rule(values: Values<AttributeTypes>): RedisRule;
}

/** What a file of this folder exports. */
export type Toxic = ByteToxic | RedisToxic;

interface ByteToxicOf<Types extends AttributeTypes> {
  readonly type: string;
  readonly attributes: Types;
  stage(values: Values<Types>, way: ToxicWay): Stage;
}

/** A byte toxic whose `stage` sees its attributes by their declared types. */
export function byteToxic<const Types extends AttributeTypes>(toxic: ByteToxicOf<Types>): ByteToxic {
  return toxic as unknown as ByteToxic;
}

interface RedisToxicOf<Types extends AttributeTypes> {
  readonly type: string;
  readonly attributes: Types;
  fault(values: Values<Types>): string | null;
  rule(values: Values<Types>): RedisRule;
}

/** A Redis toxic whose functions see its attributes by their declared types. */
export function redisToxic<const Types extends AttributeTypes>(toxic: RedisToxicOf<Types>): RedisToxic {
  return toxic as unknown as RedisToxic;
}
