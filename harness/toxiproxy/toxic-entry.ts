import { type Random, seededRandom } from "../load/random.ts";
import type { AttributeTypes, Toxic, Values } from "./toxics/toxic.ts";

/** `upstream` carries what the client sends, `downstream` what it gets. */
export type Direction = "upstream" | "downstream";

/** An attribute as it was given: whole numbers keep every digit. */
export type GivenValue = string | bigint | readonly string[];

/** Attributes by name. */
export type GivenAttributes = Readonly<Record<string, GivenValue>>;

/** A toxic of a proxy, as the API shows it. Updates change what is not readonly, and the content of `values`. */
export interface ToxicEntry<Kind extends Toxic = Toxic> {
  readonly name: string;
  readonly toxic: Kind;
  readonly direction: Direction;
  /** As it was given. */
  readonly stream: string;
  toxicity: number;
  given: GivenAttributes;
  /** What the toxic works with. */
  readonly values: Values<AttributeTypes>;
}

/** The seed of a server, and what names one direction of one connection among all of its streams of chance. */
export interface Chance {
  readonly seed: number;
  /** Proxy, ordinal of the connection, direction. */
  readonly place: string;
}

/** Decides, anew at each call, whether the toxic affects this place; the calls are a stream of their own. */
export function coinOf(entry: ToxicEntry, chance: Chance): () => boolean {
  const random = randomOf(entry, chance, "toxicity");
  return () => entry.toxicity >= 1 || (entry.toxicity > 0 && random() < entry.toxicity);
}

/** Chance for `purpose`, the same for the same seed and place whatever else happens; made when first asked. */
export function randomOf({ name }: ToxicEntry, { seed, place }: Chance, purpose: string): Random {
  let random: Random | null = null;
  return () => {
    random ??= seededRandom(seed, `${place}/${name}/${purpose}`);
    return random();
  };
}
