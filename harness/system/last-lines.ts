import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

const tailBytes = 64 * 1024;

/** Letters of a line that are shown. */
const longestLine = 300;

/**
 * The last `count` lines of a file, as far as they can be printed, looked for in its last 64 KiB; empty if there is no
 * such file.
 */
export function lastLines(file: string, count: number): string[] {
  try {
    const descriptor = openSync(file, "r");
    try {
      const start = Math.max(0, fstatSync(descriptor).size - tailBytes);
      const tail = Buffer.alloc(tailBytes);
      const length = readSync(descriptor, tail, 0, tailBytes, start);
      const lines = tail.toString("utf8", 0, length).trimEnd().split("\n");
      const shown = lines.map(printable).filter((line) => line !== "");
      return shown.slice(-count);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return [];
  }
}

/** Without what a terminal would obey: a log may hold anything. */
function printable(line: string): string {
  const plain = stripVTControlCharacters(line)
    .replaceAll(/\p{Cc}/gu, "")
    .trimEnd();
  return plain.length > longestLine ? `${plain.slice(0, longestLine)}...` : plain;
}
