import { noPolicy, sourceCode } from "../../history/requests.ts";
import type { Book } from "./books.ts";
import type { OwnRequests } from "./own-requests.ts";
import type { Reading, ToldLife } from "./told-lives.ts";

/**
 * The scrapes of each of `lives` that may be in `books`. Two readings one after the other that tell the same prove that
 * the first cost nothing, so that the gateway's limiter decides none of them.
 */
export function ownScrapes(
  lives: readonly ToldLife[],
  books: readonly Book[],
  settleMs: number,
): OwnRequests[] {
  const row = { outcome: "allowed", source: sourceCode.redis, policy: noPolicy } as const;
  const tellsAdmissions = books.some((book) => book.holds(row) === "yes");
  const free = lives.filter(({ readings }) =>
    readings.some((reading, at) => {
      const before = readings[at - 1];
      return before !== undefined && isRest(before, reading, books, settleMs);
    }),
  );
  const freeReplicas = new Set(tellsAdmissions ? free.map(({ replica }) => replica) : []);
  return lives.map(({ replica, readings }) =>
    freeReplicas.has(replica) ? none(readings) : all(readings, settleMs),
  );
}

function isRest(before: Reading, after: Reading, books: readonly Book[], settleMs: number): boolean {
  return (
    before.receivedMs + settleMs <= after.requestedMs &&
    books.every((book) => book.told(before.samples) === book.told(after.samples))
  );
}

function none(readings: readonly Reading[]): OwnRequests {
  const zeros = readings.map(() => 0);
  return { askedBy: zeros, settledBy: zeros, tookMs: 0 };
}

function all(readings: readonly Reading[], settleMs: number): OwnRequests {
  let [asked, settled, tookMs] = [0, 0, 0];
  const askedBy: number[] = [];
  const settledBy: number[] = [];
  for (const { requestedMs, receivedMs, unreadBefore } of readings) {
    asked += 1 + unreadBefore;
    while ((readings[settled]?.receivedMs ?? Number.POSITIVE_INFINITY) + settleMs <= requestedMs) settled++;
    askedBy.push(asked);
    settledBy.push(settled);
    // Nobody knows how long one was decided that was not answered.
    tookMs += unreadBefore > 0 ? Number.POSITIVE_INFINITY : receivedMs - requestedMs;
  }
  return { askedBy, settledBy, tookMs };
}
