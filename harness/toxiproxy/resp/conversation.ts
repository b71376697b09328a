import { AwaitedReplies, type SpecialReply } from "./awaited-replies.ts";
import type { Fate, RedisRule } from "./redis-rule.ts";
import { push, RespScanner, signatureOf } from "./resp-scanner.ts";
import { Transaction } from "./transaction.ts";

/** Where a conversation's two sides go. */
export interface ConversationEnds {
  toRedis(bytes: Buffer): void;
  toClient(bytes: Buffer): void;
  /** Closes both sides. */
  close(): void;
  /** RST on both sides. */
  reset(): void;
}

/** After these, replies no longer correspond to commands one by one. */
const untrackable: ReadonlySet<string> = new Set(
  "SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR SYNC PSYNC".split(" "),
);
/** Whoever is not among these by length and first letter is one command with one reply, and no more. */
const remarkable = new Uint8Array(1 << 14);
for (const name of [...untrackable, "CLIENT", "MULTI", "EXEC", "DISCARD", "RESET"]) {
  remarkable[signatureOf(name.length, name.charCodeAt(0))] = 1;
}
const nothing: Buffer = Buffer.alloc(0);
const discard = Buffer.from("*1\r\n$7\r\nDISCARD\r\n");
const discarded = Buffer.from("-EXECABORT Transaction discarded because of previous errors.\r\n");

/**
 * One client's commands and Redis's replies, matched by their order from the connection's first byte on, so that rules
 * may come and go in the middle of anything. What is no RESP, or leaves the pattern of one reply a command, passes
 * untouched for good: `isTracked` is false then.
 */
export class Conversation {
  isTracked = true;
  readonly #ends: ConversationEnds;
  readonly #commands = new RespScanner({ words: 2 });
  readonly #replies = new RespScanner();
  readonly #awaited = new AwaitedReplies();
  readonly #transaction = new Transaction();
  readonly #rules: RedisRule[] = [];
  /** The beginning of a command that a rule may yet keep from Redis. */
  readonly #held: Buffer[] = [];
  /** The command that is being read has begun to reach Redis: no rule is asked about it. */
  #isPassing = false;
  /** The reply that is being read is dropped, for ours. */
  #isReplacing = false;
  /** The rule under which a reply was lost: nothing more comes from Redis. */
  #silencedBy: RedisRule | null = null;

  constructor(ends: ConversationEnds) {
    this.#ends = ends;
  }

  /** From the next command on `rule` is asked, after those before it. */
  add(rule: RedisRule): void {
    if (this.#rules.length === 0) this.#isPassing = !this.#commands.isAtBoundary;
    this.#rules.push(rule);
  }

  /** No longer asks `rule`; a connection that lost a reply by it is closed. */
  remove(rule: RedisRule): void {
    const index = this.#rules.indexOf(rule);
    if (index >= 0) this.#rules.splice(index, 1);
    if (this.#silencedBy === rule) this.#ends.close();
    if (this.#rules.length === 0) this.#releaseHeld();
  }

  /** Bytes from the client. */
  commands(bytes: Buffer): void {
    if (!this.isTracked) this.#ends.toRedis(bytes);
    else if (this.#rules.length === 0) this.#tallyCommands(bytes);
    else this.#judgeCommands(bytes);
  }

  /** Bytes from Redis. */
  replies(bytes: Buffer): void {
    if (this.#silencedBy !== null) return;
    if (!this.isTracked) this.#ends.toClient(bytes);
    else if (this.#awaited.isPlain) this.#tallyReplies(bytes);
    else this.#sortReplies(bytes);
  }

  #tallyCommands(bytes: Buffer): void {
    for (let at = 0; at >= 0 && at < bytes.length && this.isTracked; ) {
      at = this.#commands.scan(bytes, at);
      if (at >= 0) this.#pass();
    }
    if (this.#commands.isNonsense) this.#untrack();
    this.#ends.toRedis(bytes);
  }

  #tallyReplies(bytes: Buffer): void {
    let isAwaited = true;
    for (let at = 0; at >= 0 && at < bytes.length; ) {
      at = this.#replies.scan(bytes, at);
      if (at >= 0 && this.#replies.kind !== push) isAwaited = this.#awaited.passed();
    }
    // A reply that nobody asked for: somebody who greets, and no Redis.
    if (this.#replies.isNonsense || !isAwaited) this.#untrack();
    this.#ends.toClient(bytes);
  }

  #judgeCommands(bytes: Buffer): void {
    let from = 0;
    for (let at = 0; at < bytes.length && this.isTracked; ) {
      const end = this.#commands.scan(bytes, at);
      if (end < 0) {
        if (this.#commands.isNonsense) this.#untrack();
        else if (!this.#isPassing) {
          this.#toRedis(bytes, from, at);
          this.#held.push(bytes.subarray(at));
          from = bytes.length;
        }
        break;
      }
      const instead = this.#isPassing ? this.#pass() : this.#judge();
      this.#isPassing = false;
      if (instead === null) this.#releaseHeld();
      else {
        this.#held.length = 0;
        this.#toRedis(bytes, from, at);
        this.#toRedis(instead, 0, instead.length);
        from = end;
      }
      at = end;
    }
    this.#toRedis(bytes, from, bytes.length);
    this.#giveDueAnswers();
  }

  #sortReplies(bytes: Buffer): void {
    let from = 0;
    for (let at = 0; at < bytes.length && this.isTracked; ) {
      const special = this.#replies.isAtBoundary && bytes[at] !== push ? this.#takerOfReply() : null;
      if (special !== null) {
        this.#toClient(bytes, from, at);
        from = at;
        if (special.kind === "lose") {
          this.#lose(special);
          return;
        }
        this.#isReplacing = true;
      }
      const end = this.#replies.scan(bytes, at);
      if (end < 0) {
        if (this.#replies.isNonsense) this.#untrack();
        break;
      }
      at = end;
      if (this.#isReplacing) {
        this.#isReplacing = false;
        this.#giveAnswer();
        from = end;
      } else if (this.#replies.kind !== push && !this.#awaited.passed()) this.#untrack();
      if (this.#awaited.due?.kind === "answer") {
        this.#toClient(bytes, from, end);
        this.#giveDueAnswers();
        from = end;
      }
    }
    if (!this.#isReplacing) this.#toClient(bytes, from, bytes.length);
  }

  /** The command just read goes to Redis, which will answer it: as it is, so nothing goes instead. */
  #pass(): null {
    // An empty array is no command, and has no reply.
    if (this.#commands.wordCount === 0) return null;
    if (remarkable[this.#commands.signature] === 1) this.#remark(this.#commands.word(0));
    this.#awaited.expectPlain();
    return null;
  }

  /** A command that changes what the following ones mean. */
  #remark(name: string): void {
    const isAboutReplies = name === "CLIENT" && this.#commands.word(1) === "REPLY";
    if (isAboutReplies || untrackable.has(name)) this.#untrack();
    this.#transaction.went(name);
  }

  /** Asks the rules about the command just read. `null`: it goes to Redis as it is; else what goes instead. */
  #judge(): Buffer | null {
    const name = this.#commands.word(0);
    const transaction = this.#transaction;
    if (name === "EXEC" && transaction.isOpen && transaction.isRefused) {
      this.#expect({ kind: "replace", reply: discarded });
      transaction.went("DISCARD");
      return discard;
    }
    const [fate, rule] = name === "" ? [null, null] : this.#fateOf(name);
    if (fate === null) return this.#pass();
    if (fate.kind === "answer") {
      this.#expect({ kind: "answer", reply: fate.reply });
      transaction.isRefused = transaction.isOpen;
      return nothing;
    }
    if (transaction.isOpen && name !== "EXEC") {
      // It is only queued now, and executed by EXEC.
      transaction.fateOfExec = fate;
      return this.#pass();
    }
    this.#expect({ kind: "lose", afterwards: fate.afterwards, rule });
    transaction.went(name);
    return null;
  }

  #fateOf(name: string): [Fate | null, RedisRule | null] {
    for (const rule of this.#rules) {
      const fate = rule.fate(name) ?? (name === "EXEC" ? this.#transaction.fateOfExec : null);
      if (fate !== null) return [fate, rule];
    }
    return [null, null];
  }

  #expect(special: Partial<SpecialReply> & Pick<SpecialReply, "kind">): void {
    if (this.#silencedBy !== null) return;
    this.#awaited.expectSpecial({ reply: nothing, afterwards: "silence", rule: null, ...special });
  }

  /** The special reply that the coming one of Redis makes way for; one whose rule has gone is as any other. */
  #takerOfReply(): SpecialReply | null {
    const { due } = this.#awaited;
    if (due?.kind !== "lose" || (due.rule !== null && this.#rules.includes(due.rule))) return due;
    this.#awaited.pardon();
    return null;
  }

  #lose({ afterwards, rule }: SpecialReply): void {
    this.#silencedBy = rule;
    this.#awaited.clear();
    if (afterwards === "reset") this.#ends.reset();
  }

  /** Gives our answers whose turn has come, unless a push is half-way through. */
  #giveDueAnswers(): void {
    while (this.#replies.isAtBoundary && this.#awaited.due?.kind === "answer") this.#giveAnswer();
  }

  #giveAnswer(): void {
    const { due } = this.#awaited;
    this.#awaited.dealtWith();
    if (due !== null) this.#ends.toClient(due.reply);
  }

  #untrack(): void {
    this.isTracked = false;
    this.#releaseHeld();
    for (const { reply } of this.#awaited.clear()) this.#toClient(reply, 0, reply.length);
  }

  #releaseHeld(): void {
    for (const bytes of this.#held.splice(0)) {
      this.#isPassing = !this.#commands.isAtBoundary;
      this.#ends.toRedis(bytes);
    }
  }

  #toRedis(bytes: Buffer, from: number, until: number): void {
    if (until > from) this.#ends.toRedis(bytes.subarray(from, until));
  }

  #toClient(bytes: Buffer, from: number, until: number): void {
    if (until > from) this.#ends.toClient(bytes.subarray(from, until));
  }
}
