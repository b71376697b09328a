import { type Asking, Batch } from "../batch.ts";
import { replyHead, type WireReply } from "../batch-reply.ts";
import { type RedisTrouble, troubleOf } from "../redis-link.ts";
import type { ClusterNode } from "./cluster-nodes.ts";
import { redirectionIn } from "./slot-map.ts";
import type { SlotEvents, SlotSenderContext } from "./slot-sender.ts";

export interface AskApartOptions extends SlotSenderContext, SlotEvents {
  readonly slot: number;
  readonly untilMs: number;
}

/**
 * Asks one question while its slot is on its way from one node to another. With no key but its own it can be answered:
 * by the old owner if that still has all its keys, by the new one if there is but one and the old one has not got it.
 * Otherwise it is asked again and again until it is too late. If the reply is lost, what was charged stays charged.
 */
export async function askApart(asking: Asking, owner: ClusterNode, options: AskApartOptions): Promise<void> {
  const { nodes, usual, slot, untilMs, deadlineMs, onOutcome } = options;
  const beganMs = performance.now();
  const batch = new Batch(asking.keys[0] ?? "", usual, 2 * deadlineMs);
  batch.add(asking);
  let place: Place | undefined = { node: owner, askedAs: "owner" };
  let trouble: RedisTrouble = "try-again";
  let last = owner;
  while (place !== undefined && performance.now() < untilMs) {
    last = place.node;
    const outcome: Outcome = await attempt(batch, place, options);
    if ("reply" in outcome) {
      onOutcome(last, batch.troubleIn(outcome.reply, troubleOf), beganMs);
      batch.answer(outcome.reply, troubleOf);
      return;
    }
    trouble = outcome.trouble;
    place = await nextPlace(outcome, last, options);
    if (trouble === "try-again") {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
      const node = nodes.masterOf(slot);
      place = node === undefined ? undefined : { node, askedAs: "owner" };
    }
  }
  onOutcome(last, trouble, beganMs);
  batch.refuse(trouble);
}

const AGAIN_AFTER_MS = 3;

interface Place {
  readonly node: ClusterNode;
  readonly askedAs: "owner" | "importing";
}

type Outcome = { readonly reply: WireReply } | { readonly trouble: RedisTrouble; readonly message: string };

async function attempt(batch: Batch, { node, askedAs }: Place, options: AskApartOptions): Promise<Outcome> {
  const sentMs = performance.now();
  const notAfterUs = node.time.earliestUs(options.untilMs) ?? Number.MAX_SAFE_INTEGER;
  const args = batch.args({ notAfterUs, sequence: 0, prolongs: false });
  const outcome = await node.link.run<WireReply>(options.unkept, batch.keys, args, {
    deadlineMs: options.untilMs - sentMs,
    askedAs,
  });
  if (!outcome.ok) return { trouble: outcome.trouble, message: outcome.message ?? "" };
  const { nowUs, kept } = replyHead(outcome.reply);
  node.time.heard(nowUs, sentMs, performance.now());
  return kept === undefined ? { trouble: "try-again", message: "" } : { reply: outcome.reply };
}

/** Where a redirection leads; undefined if there is none, or it cannot be followed. */
async function nextPlace(
  { message }: { readonly message: string },
  from: ClusterNode,
  { nodes, slot, untilMs }: AskApartOptions,
): Promise<Place | undefined> {
  const address = redirectionIn(message, from.address);
  if (address === undefined) return undefined;
  const isImporting = message.startsWith("ASK ");
  const node = isImporting ? nodes.at(address) : nodes.moved(slot, address);
  if (node === undefined || !(await node.guard.connected(untilMs - performance.now()))) return undefined;
  return { node, askedAs: isImporting ? "importing" : "owner" };
}
