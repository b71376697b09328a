import type { History } from "../history/history.ts";
import { givenUp, outcomeCode } from "../history/requests.ts";
import { counted } from "../promises/wording.ts";

/** Names that the server, not its limiter, refuses for their length. */
export interface RefusedNames {
  /** Whether the request of this row ended so. */
  readonly has: (row: number) => boolean;
  /** One that tells of them, if there are any. */
  readonly notes: readonly string[];
}

/** What a server says to a header line that is longer than it reads. */
const tooLong: ReadonlySet<number> = new Set([400, 413, 414, 431]);
/** Many servers read no header line of 8 KiB; a name of this length, with all that stands before it, every one should. */
const longBytes = 4_096;

/**
 * The requests of subjects whose names are longer than 4 KiB and got nothing but 400, 413, 414 or 431, wherever and whenever
 * they asked: before any limiter has seen them, a server refuses lines of 8 KiB, as nginx does unless it is told otherwise.
 * It may close the connection meanwhile, so that one which was lost with its connection is among them. One other answer,
 * and all errors of that subject count: then the length is not the reason.
 */
export function refusedNames({ requests, subjects }: Pick<History, "requests" | "subjects">): RefusedNames {
  const isLong = Uint8Array.from(subjects, (name) => (Buffer.byteLength(name) > longBytes ? 1 : 0));
  if (!isLong.includes(1)) return { has: () => false, notes: [] };
  const refusals = new Map<number, number>();
  const others = new Set<number>();
  for (let row = 0; row < requests.count; row++) {
    const subject = requests.subject[row] ?? 0;
    if (isLong[subject] !== 1 || Number.isNaN(requests.receivedMs[row] ?? Number.NaN)) continue;
    if (isTooLong(requests, row)) refusals.set(subject, (refusals.get(subject) ?? 0) + 1);
    else others.add(subject);
  }
  for (const subject of others) refusals.delete(subject);
  const count = [...refusals.values()].reduce((sum, one) => sum + one, 0);
  const notes =
    count === 0
      ? []
      : [
          `${counted(refusals.size)} names longer than 4 KiB were refused as too long by the server (${counted(count)} answers), and are not judged`,
        ];
  return {
    notes,
    has: (row) =>
      refusals.has(requests.subject[row] ?? 0) && (isTooLong(requests, row) || isCutOff(requests, row)),
  };
}

function isTooLong({ outcome, status }: History["requests"], row: number): boolean {
  return outcome[row] === outcomeCode.error && tooLong.has(status[row] ?? 0);
}

function isCutOff({ outcome, status }: History["requests"], row: number): boolean {
  return outcome[row] === outcomeCode.lost && status[row] !== givenUp;
}
