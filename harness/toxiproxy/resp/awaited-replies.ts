import type { RedisRule } from "./redis-rule.ts";

/** A reply that is not simply passed on: ours without any of Redis's, ours in place of Redis's, or none. */
export interface SpecialReply {
  readonly kind: "answer" | "replace" | "lose";
  readonly reply: Buffer;
  readonly afterwards: "silence" | "reset";
  /** Under which it is lost, or `null`. */
  readonly rule: RedisRule | null;
}

/** The replies that a client waits for, in order; of those that pass as they come only how many. */
export class AwaitedReplies {
  /** That pass before the first special one. */
  #plain = 0;
  readonly #specials: { readonly special: SpecialReply; plainAfter: number }[] = [];

  /** No special one among them. */
  get isPlain(): boolean {
    return this.#specials.length === 0;
  }

  /** The special reply whose turn it is; `null` while others come first. */
  get due(): SpecialReply | null {
    return this.#plain === 0 ? (this.#specials[0]?.special ?? null) : null;
  }

  expectPlain(): void {
    const last = this.#specials.at(-1);
    if (last === undefined) this.#plain++;
    else last.plainAfter++;
  }

  expectSpecial(special: SpecialReply): void {
    this.#specials.push({ special, plainAfter: 0 });
  }

  /** A reply has passed; whether anybody waited for it. */
  passed(): boolean {
    this.#plain--;
    return this.#plain >= 0;
  }

  /** The special reply that is due has been dealt with. */
  dealtWith(): void {
    this.#plain = this.#specials.shift()?.plainAfter ?? 0;
  }

  /** The special reply that is due becomes one that passes. */
  pardon(): void {
    this.dealtWith();
    this.#plain++;
  }

  /** Forgets all; returns the special ones. */
  clear(): SpecialReply[] {
    this.#plain = 0;
    return this.#specials.splice(0).map(({ special }) => special);
  }
}
