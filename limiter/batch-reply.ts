/** What the decide script has sent; its layout is in the head of the script. */
export type WireReply = Buffer | readonly (number | string)[];

/** How a reply begins. */
export interface ReplyHead {
  /** Redis time in microseconds. */
  readonly nowUs: number;
  /** {@link NOTHING_KEPT} for who asks before, {@link CANNOT_KEEP}, else 0; undefined if it was too late. */
  readonly kept: number | undefined;
  /** If nothing is kept: a mark that all callers have in common, and that is another one once Redis has lost its data. */
  readonly since?: number;
}

/** Of {@link ReplyHead}. */
export const NOTHING_KEPT = 1;

/** Redis could not keep what it did: it has no memory left, or is a replica. */
export const CANNOT_KEEP = -1;

/** Reads the beginning alone. */
export function replyHead(wire: WireReply): ReplyHead {
  if (!isList(wire)) return { nowUs: numberIn(wire, 0), kept: 0 };
  const nowUs = Number(wire[0]);
  if (nowUs >= 0) return { nowUs, kept: 0 };
  const state = Number(wire[1]);
  if (state > NOTHING_KEPT) return { nowUs: -nowUs, kept: NOTHING_KEPT, since: state };
  return { nowUs: -nowUs, kept: state === 0 ? undefined : state };
}

/**
 * Writes out what the script leaves away, for each number costs time there: `counts` has the keys of each question.
 * For each: the number of the policy that denies (0: none; -n: the n-th error), then three a key: remaining,
 * microseconds to wait (0: none, -1: for ever), microseconds until more remains. The errors follow after the last.
 */
export function wholeReply(
  wire: WireReply,
  counts: readonly { readonly keys: readonly string[] }[],
): (number | string)[] {
  if (!isList(wire)) {
    const retryUs = numberIn(wire, 2);
    return [retryUs === 0 ? 0 : 1, numberIn(wire, 1), retryUs, numberIn(wire, 3)];
  }
  const whole: (number | string)[] = [];
  const errors: string[] = [];
  let from = Number(wire[0]) >= 0 ? 1 : 2;
  for (const { keys } of counts) {
    const head = wire[from] ?? 0;
    const isError = typeof head === "string";
    if (isError) whole.push(-errors.push(head));
    else whole.push(head < 0 ? -head : 0);
    const isShort = isError || head >= 0;
    if (isError || head < 0) from++;
    for (let i = 0; i < keys.length; i++) {
      if (isError) whole.push(0, 0, 0);
      else if (isShort) whole.push(wire[from++] ?? 0, 0, wire[from++] ?? 0);
      else whole.push(wire[from++] ?? 0, wire[from++] ?? 0, wire[from++] ?? 0);
    }
  }
  return whole.concat(errors);
}

/** The errors among the answers. */
export function errorsIn(wire: WireReply): string[] {
  return isList(wire) ? wire.filter((part) => typeof part === "string") : [];
}

function isList(wire: WireReply): wire is readonly (number | string)[] {
  return Array.isArray(wire);
}

/** Of the {@link LONE_REPLY}. */
function numberIn(lone: Buffer, index: number): number {
  return lone.readDoubleLE(8 * index);
}
