import type { Script } from "../algorithms/decide-script.ts";
import { Batch, type RunHeader } from "../batch.ts";
import { CANNOT_KEEP, replyHead, type WireReply } from "../batch-reply.ts";
import { MAYBE_DONE } from "../batch-sender.ts";
import { type CutBatches, cutBatches } from "../cut-batches.ts";
import { KeptByRedis } from "../kept-by-redis.ts";
import { type RedisTrouble, troubleOf } from "../redis-link.ts";
import { askApart } from "./ask-apart.ts";
import type { ClusterNode, ClusterNodes } from "./cluster-nodes.ts";
import { redirectionIn } from "./slot-map.ts";

/** What all slots of a cluster have in common. */
export interface SlotSenderContext {
  readonly nodes: ClusterNodes;
  readonly script: Script;
  /** The same, but keeps nothing. */
  readonly unkept: Script;
  /** Rows in the text of the scripts. */
  readonly usual: number;
  readonly deadlineMs: number;
  /** How long the cluster keeps what this replica did in a slot. */
  readonly keepMs: number;
}

/** Told of one slot. */
export interface SlotEvents {
  /** `node` did what a batch asked that was sent then, or did not. Told before those who asked. */
  readonly onOutcome: (node: ClusterNode, trouble: RedisTrouble | undefined, sentMs: number) => void;
  /** The data of the slot is lost. */
  readonly onStateLost: () => void;
}

type Attempt = { readonly trouble: RedisTrouble | "late"; readonly message: string } | "answered";

/**
 * Takes the batches of one slot to whoever serves it. A batch that is redirected was not executed, and is sent again,
 * within its deadline.
 */
export class SlotSender {
  readonly keptKey: string;
  readonly #slot: number;
  readonly #context: SlotSenderContext;
  readonly #events: SlotEvents;
  readonly #runs: KeptByRedis;
  #cuts: CutBatches | undefined;

  constructor(slot: number, keptKey: string, context: SlotSenderContext, events: SlotEvents) {
    this.#slot = slot;
    this.keptKey = keptKey;
    this.#context = context;
    this.#events = events;
    this.#runs = new KeptByRedis({ keepMs: context.keepMs, uncertainMs: REPLICATED_WITHIN_MS });
  }

  /** Everybody in the batch is answered within the deadline, or fails; `arrived` is called just before, once. */
  async send(batch: Batch, first: ClusterNode, arrived: () => void): Promise<void> {
    const { nodes, deadlineMs } = this.#context;
    const sentMs = performance.now();
    const untilMs = sentMs + deadlineMs;
    let node = first;
    for (let tries = 1; ; tries++) {
      const attempt = await this.#attempt(batch, node, untilMs, arrived);
      if (attempt === "answered") return;
      const { trouble, message } = attempt;
      const nowMs = performance.now();
      const isLast = tries === TRIES || nowMs >= untilMs;
      if (trouble === "late" && !isLast) continue;
      if (trouble === "try-again" || message.startsWith("ASK ")) {
        // Its keys are in two places: what is kept in one, what is counted in the other.
        arrived();
        for (const asking of batch.asked)
          void askApart(asking, node, { ...this.#context, ...this.#events, slot: this.#slot, untilMs });
        return;
      }
      const owner = redirectionIn(message, node.address);
      const next = owner === undefined || isLast ? undefined : nodes.moved(this.#slot, owner);
      if (next === undefined || !(await next.guard.connected(untilMs - nowMs))) {
        arrived();
        this.#fail(batch, node, trouble === "late" ? "error" : trouble, sentMs);
        return;
      }
      node = next;
    }
  }

  /** Asks for the time, and whether this slot knows this replica; whether it answered, and can be written to. */
  async greet(node: ClusterNode | undefined = this.#context.nodes.masterOf(this.#slot)): Promise<boolean> {
    if (node === undefined) return false;
    const sentMs = performance.now();
    const { keptKey } = this;
    const batch = new Batch(keptKey, 0);
    const header = this.#runs.header(sentMs, Number.MAX_SAFE_INTEGER);
    const outcome = await node.link.run<WireReply>(this.#context.script, batch.keys, batch.args(header));
    if (outcome.ok) this.#heard(outcome.reply, node, sentMs, header);
    return outcome.ok && replyHead(outcome.reply).kept !== CANNOT_KEEP;
  }

  /** Whether `greet` would find it if the data of the slot is lost. */
  isWitness(): boolean {
    return this.#runs.isKeptAt(performance.now());
  }

  /** Asks how the batches that were cut have ended. */
  async settle(): Promise<void> {
    const node = this.#context.nodes.masterOf(this.#slot);
    if (node !== undefined) await this.#cuts?.settle(node.link);
  }

  /** What is kept will not be missed. */
  forget(): void {
    this.#runs.forget();
  }

  async #attempt(batch: Batch, node: ClusterNode, untilMs: number, arrived: () => void): Promise<Attempt> {
    const sentMs = performance.now();
    const notAfterUs = node.time.earliestUs(untilMs) ?? Number.MAX_SAFE_INTEGER;
    const header = this.#runs.header(sentMs, notAfterUs);
    const { sequence } = header;
    const outcome = await node.link.run<WireReply>(this.#context.script, batch.keys, batch.args(header), {
      deadlineMs: untilMs - sentMs,
      onLate: (reply) => {
        const inTime = reply !== undefined && this.#heard(reply, node, sentMs, header);
        this.#cuts?.answered(sequence, inTime ? reply : undefined);
      },
    });
    if (!outcome.ok) {
      if (MAYBE_DONE.has(outcome.trouble)) this.#cut(sequence, batch, node, notAfterUs);
      return { trouble: outcome.trouble, message: outcome.message ?? "" };
    }
    if (!this.#heard(outcome.reply, node, sentMs, header)) return { trouble: "late", message: "" };
    arrived();
    this.#events.onOutcome(node, batch.troubleIn(outcome.reply, troubleOf), sentMs);
    batch.answer(outcome.reply, troubleOf);
    return "answered";
  }

  #fail(batch: Batch, node: ClusterNode, trouble: RedisTrouble, sentMs: number): void {
    this.#events.onOutcome(node, trouble, sentMs);
    if (MAYBE_DONE.has(trouble)) batch.fail(trouble);
    else batch.refuse(trouble);
  }

  #cut(sequence: number, batch: Batch, node: ClusterNode, notAfterUs: number): void {
    const { nodes } = this.#context;
    const slot = this.#slot;
    this.#cuts ??= cutBatches(this.keptKey);
    this.#cuts.add(sequence, {
      batch,
      // Who does not own the slot any more executes nothing.
      get notAfterUs() {
        return nodes.masterOf(slot) === node ? notAfterUs : 0;
      },
    });
  }

  /** Whether it was in time. */
  #heard(reply: WireReply, node: ClusterNode, sentMs: number, header: RunHeader): boolean {
    const head = replyHead(reply);
    const { nowUs, kept } = head;
    node.time.heard(nowUs, sentMs, performance.now());
    if (kept === undefined) return false;
    if (kept !== CANNOT_KEEP && this.#runs.found(head, sentMs, header)) {
      this.#cuts?.forget();
      this.#events.onStateLost();
    }
    return true;
  }
}

/** The first, one because of a clock that was set, one because the slot is elsewhere. */
const TRIES = 3;

const REPLICATED_WITHIN_MS = 1_000;
