import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Readable } from "node:stream";

/** For `withLogConsumer`: appends what a container says to `file`, whose folder is made. */
export function appendTo(file: string): (log: Readable) => void {
  return (log) => {
    mkdirSync(dirname(file), { recursive: true });
    // The stream breaks when the container or Docker goes away: what was said until then is what there is.
    log.on("error", () => undefined).pipe(createWriteStream(file, { flags: "a" }));
  };
}
