import type { Claim } from "../../history/evidence.ts";
import type { History } from "../../history/history.ts";
import { kindCode } from "../../history/traces.ts";
import type { DeciderOf } from "../../promises/decider.ts";

/** What is known of one subject's rows; columns by place in its group. */
export interface LocalRows {
  /** Between these every answer without Redis was given; Infinity and -Infinity without any. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** 1 where the row was let in. */
  readonly letIn: Uint8Array;
  /** Index of the replica's life in which the row was certainly let in without Redis; -1 of all others. */
  readonly life: Int32Array;
  /** The lives in which some row was, or may have been; and whose they are. */
  readonly alone: ReadonlyMap<number, number>;
}

/**
 * Sorts out which rows of `group` were decided without Redis. In the story `cold` denials are answered as a replica
 * would that grants the whole limit on its own.
 */
export function localRows(
  claim: Claim,
  { requests, lives }: Pick<History, "requests" | "lives">,
  group: number,
  decides: DeciderOf,
  story: "recorded" | "cold",
): LocalRows {
  const { starts, kind, source, row, sentMs, untilMs } = claim.traces;
  const from = starts[group] ?? 0;
  const count = (starts[group + 1] ?? from) - from;
  const letIn = new Uint8Array(count);
  const life = new Int32Array(count).fill(-1);
  const alone = new Map<number, number>();
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  const grants = story === "cold" ? coldGrants(claim) : null;
  for (let at = 0; at < count; at++) {
    const i = from + at;
    if (kind[i] === kindCode.ambiguous) continue;
    const sent = sentMs[i] ?? 0;
    const until = untilMs[i] ?? 0;
    const replica = requests.replica[row[i] ?? 0] ?? 0;
    const decider = decides(replica, source[i] ?? 0, sent, until);
    const local = decider !== "redis";
    const allowed = kind[i] === kindCode.allowed || (decider === "local" && grants !== null);
    letIn[at] = allowed && (grants === null || !local || grants(replica, i)) ? 1 : 0;
    if (!local) continue;
    firstMs = Math.min(firstMs, sent);
    lastMs = Math.max(lastMs, until);
    if (letIn[at] !== 1) continue;
    const own = lifeAt(lives, replica, sent);
    alone.set(own, replica);
    if (decider === "local") life[at] = own;
  }
  return { firstMs, lastMs, letIn, life, alone };
}

function lifeAt(lives: History["lives"], replica: number, atMs: number): number {
  let found = -1;
  lives.forEach((life, index) => {
    if (life.replica === replica && (found < 0 || life.fromMs <= atMs)) found = index;
  });
  return found;
}

/** Each replica lets in as long as it knows of less than the limit in the last window, in order of sending. */
function coldGrants({ traces, policy }: Claim): (replica: number, at: number) => boolean {
  const books = new Map<number, { atMs: number; cost: number }[]>();
  return (replica, i) => {
    const atMs = traces.sentMs[i] ?? 0;
    const cost = traces.cost[i] ?? 0;
    const book = (books.get(replica) ?? []).filter((entry) => entry.atMs > atMs - policy.windowMs);
    books.set(replica, book);
    const used = book.reduce((sum, entry) => sum + entry.cost, 0);
    if (used + cost > policy.limit) return false;
    book.push({ atMs, cost });
    return true;
  };
}
