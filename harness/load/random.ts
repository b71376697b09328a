import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A seeded source of numbers in [0, 1). */
export type Random = () => number;

/** The stream of numbers that `seed` (an integer) stands for; `stream` names independent ones of one seed. */
export function seededRandom(seed: number, stream = ""): Random {
  const generator = xoroshiro128plus(mixed(seed, stream));
  return () => uniformFloat64(generator);
}

/** FNV-1a over the seed and the name, so that neighbouring seeds do not start alike. */
function mixed(seed: number, stream: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${stream}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash | 0;
}
