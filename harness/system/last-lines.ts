import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const tailBytes = 64 * 1024;

/** The last `count` lines of a file, looked for in its last 64 KiB; empty if there is no such file. */
export function lastLines(file: string, count: number): string[] {
  try {
    const descriptor = openSync(file, "r");
    try {
      const start = Math.max(0, fstatSync(descriptor).size - tailBytes);
      const tail = Buffer.alloc(tailBytes);
      const length = readSync(descriptor, tail, 0, tailBytes, start);
      const lines = tail.toString("utf8", 0, length).trimEnd().split("\n");
      return lines.filter((line) => line !== "").slice(-count);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return [];
  }
}
