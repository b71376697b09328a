import { Refusal } from "../refusal.ts";

/**
 * How `subject` travels in a header: its UTF-8, each byte as one character of latin1. Nothing is percent-encoded or
 * normalised, since then two subjects could become one.
 */
export function wireKey(subject: string): string {
  return Buffer.from(subject, "utf8").toString("latin1");
}

/**
 * Refuses wire keys that could not travel in a header unchanged (RFC 9110 §5.5): latin1 without control characters, and
 * with no space at either end, of one character at least and 8,300 at most: Node takes 16 KiB of header.
 */
export function requireWireKeys(wireKeys: readonly string[]): void {
  for (const key of wireKeys)
    if (!/^[!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?$/.test(key) || key.length > longestKey)
      throw new Refusal(
        `The key ${JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}...` : key)} cannot travel in a header: use no control characters, no space at either end, and at most ${longestKey} bytes.`,
      );
}

const longestKey = 8_300;
