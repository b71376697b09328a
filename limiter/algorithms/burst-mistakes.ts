import type { Algorithm } from "./algorithm.ts";

/** The sentence for a `burst` that would be told to clients and kept by nobody; empty if there is none. */
export function burstMistakes(
  { name, takesBurst }: Pick<Algorithm, "name" | "takesBurst">,
  { burst }: { readonly burst?: unknown },
): readonly string[] {
  if (takesBurst || burst === undefined) return [];
  return [`burst is the capacity of a bucket, and ${name} has none; leave it out, or choose gcra`];
}
