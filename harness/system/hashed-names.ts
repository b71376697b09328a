import { createHash } from "node:crypto";

/** Those of `keys` that have a usual hash of one of `names` in them, in hexadecimal, whole or at least 64 bits of it. */
export function hashedNames(keys: Iterable<string>, names: Iterable<string>): ReadonlySet<string> {
  const keysBy = new Map<string, string[]>();
  for (const key of keys)
    for (const [digits] of key.toLowerCase().matchAll(/[0-9a-f]{16,}/g)) {
      const beginning = digits.slice(0, comparedDigits);
      keysBy.set(beginning, [...(keysBy.get(beginning) ?? []), key]);
    }
  const hashed = new Set<string>();
  if (keysBy.size === 0) return hashed;
  for (const name of names)
    for (const hash of usualHashes) {
      const beginning = createHash(hash).update(name).digest("hex").slice(0, comparedDigits);
      for (const key of keysBy.get(beginning) ?? []) hashed.add(key);
    }
  return hashed;
}

/** So many agree by chance once in a million million runs of a million keys and names. */
const comparedDigits = 16;
const usualHashes = ["md5", "sha1", "sha256", "sha512"];
