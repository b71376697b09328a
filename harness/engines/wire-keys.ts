import { Refusal } from "../refusal.ts";

/**
 * Refuses wire keys that could not travel in a header unchanged: only visible ASCII, at least one character.
 * Nothing is percent-encoded, since then two subjects could become one, and a key in Redis would not be the
 * subject's name.
 */
export function requireWireKeys(wireKeys: readonly string[]): void {
  for (const key of wireKeys)
    if (!/^[!-~]+$/.test(key))
      throw new Refusal(
        `The key ${JSON.stringify(key)} cannot travel in a header: use visible ASCII characters without spaces.`,
      );
}
