import { Answer, type PolicyNames } from "./answer.ts";
import { wholeNumber } from "./rate-limit-field.ts";

/** Bytes of the longest line, its CR among them; a longer one is nonsense, however it arrives. */
const longestLine = 16_384;
const nothing: Uint8Array = new Uint8Array(0);

const statusLine = 0;
const headerLine = 1;
const sizedBody = 2;
const endlessBody = 3;
const chunkSize = 4;
const chunkBytes = 5;
const chunkEnd = 6;
const trailerLine = 7;
const complete = 8;
const nonsense = 9;

/**
 * Reads HTTP/1.1 answers to GET from bytes that may be split anywhere. It is strict: a head
 * that frames its body in two ways is nonsense, as a man in the middle would want it otherwise (RFC 9112 §6.3).
 * One a connection; nothing is allocated for an answer that arrives in one piece.
 */
export class AnswerScanner {
  /** What the answer's head said; valid once `isComplete`. */
  readonly answer: Answer;
  #state = statusLine;
  /** Bytes of the body or the chunk that are still to come. */
  #left = 0;
  /** The beginning of a line whose end has not come yet. */
  #held = nothing;
  #heldLength = 0;

  constructor(policies: PolicyNames) {
    this.answer = new Answer(policies);
  }

  get isComplete(): boolean {
    return this.#state === complete;
  }

  get isNonsense(): boolean {
    return this.#state === nonsense;
  }

  /** Makes ready for the next answer. */
  clear(): void {
    this.answer.clear();
    this.#state = statusLine;
    this.#heldLength = 0;
  }

  /** Reads bytes [from, until); returns where it stopped: after the answer's last byte, at nonsense, or at `until`. */
  scan(bytes: Uint8Array, from: number, until: number): number {
    let at = from;
    while (at < until && this.#state < complete) {
      if (this.#state === endlessBody) return until;
      if (this.#state === sizedBody || this.#state === chunkBytes) {
        const taken = Math.min(this.#left, until - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#state = this.#state === sizedBody ? complete : chunkEnd;
        continue;
      }
      let end = at;
      while (end < until && bytes[end] !== 0x0a) end++;
      if (end === until) {
        this.#hold(bytes, at, until);
        return until;
      }
      if (this.#heldLength > 0) {
        this.#hold(bytes, at, end);
        const length = this.#heldLength;
        this.#heldLength = 0;
        if (this.#state !== nonsense) this.#line(this.#held, 0, length);
      } else if (end - at > longestLine) this.#state = nonsense;
      else this.#line(bytes, at, end);
      at = end + 1;
    }
    return at;
  }

  /** The connection ended: that completes a body which has no length, and is nonsense in the middle of an answer. */
  finish(): void {
    if (this.#state === endlessBody) this.#state = complete;
    else if (this.#state !== complete) this.#state = nonsense;
  }

  /** A line [from, until) without its LF, before which a CR may be missing (RFC 9112 §2.2). */
  #line(bytes: Uint8Array, from: number, until: number): void {
    const end = until > from && bytes[until - 1] === 0x0d ? until - 1 : until;
    if (this.#state === headerLine) {
      if (end === from) this.#headEnds();
      else this.#header(bytes, from, end);
    } else if (this.#state === statusLine) this.#status(bytes, from, end);
    else if (this.#state === chunkSize) this.#chunk(bytes, from, end);
    else if (this.#state === chunkEnd) this.#state = end === from ? chunkSize : nonsense;
    else if (end === from) this.#state = complete;
  }

  /** `HTTP/1.x NNN`, then a space and any reason, or nothing. */
  #status(bytes: Uint8Array, from: number, until: number): void {
    const minor = bytes[from + 7];
    const status = until - from >= 12 ? wholeNumber(bytes, from + 9, from + 12) : -1;
    const isHttp =
      bytes[from] === 0x48 &&
      bytes[from + 1] === 0x54 &&
      bytes[from + 2] === 0x54 &&
      bytes[from + 3] === 0x50 &&
      bytes[from + 4] === 0x2f &&
      bytes[from + 5] === 0x31 &&
      bytes[from + 6] === 0x2e &&
      (minor === 0x30 || minor === 0x31) &&
      bytes[from + 8] === 0x20;
    const ends = until - from === 12 || bytes[from + 12] === 0x20;
    if (!isHttp || !ends || status < 100) {
      this.#state = nonsense;
      return;
    }
    this.answer.status = status;
    this.answer.keepAlive = minor === 0x31;
    this.#state = headerLine;
  }

  #header(bytes: Uint8Array, from: number, until: number): void {
    let colon = from;
    for (; colon < until && bytes[colon] !== 0x3a; colon++) {
      const byte = bytes[colon] ?? 0;
      if (byte <= 0x20 || byte >= 0x7f) break;
    }
    if (colon === from || colon === until || bytes[colon] !== 0x3a) {
      this.#state = nonsense;
      return;
    }
    let valueFrom = colon + 1;
    let valueUntil = until;
    while (valueFrom < valueUntil && isBlank(bytes[valueFrom])) valueFrom++;
    while (valueUntil > valueFrom && isBlank(bytes[valueUntil - 1])) valueUntil--;
    this.answer.field(bytes, from, colon, valueFrom, valueUntil);
  }

  #headEnds(): void {
    const { status, chunked, contentLength, malformed } = this.answer;
    if (status < 200) {
      // An interim answer: the real one follows. We never ask to switch protocols.
      if (status === 101) this.#state = nonsense;
      else this.clear();
    } else if (malformed || (chunked && contentLength >= 0)) this.#state = nonsense;
    else if (status === 204 || status === 304 || (contentLength === 0 && !chunked)) this.#state = complete;
    else if (chunked) this.#state = chunkSize;
    else if (contentLength > 0) {
      this.#left = contentLength;
      this.#state = sizedBody;
    } else {
      this.answer.keepAlive = false;
      this.#state = endlessBody;
    }
  }

  /** A size in up to 16 hexadecimal digits, some servers begin with zeros; then nothing, a blank or an extension. */
  #chunk(bytes: Uint8Array, from: number, until: number): void {
    let size = 0;
    let at = from;
    for (let digit = hexDigit(bytes[at]); at < until && digit >= 0; digit = hexDigit(bytes[++at]))
      size = size * 16 + digit;
    const ends = at === until || bytes[at] === 0x3b || isBlank(bytes[at]);
    if (at === from || at - from > 16 || size > Number.MAX_SAFE_INTEGER || !ends) {
      this.#state = nonsense;
      return;
    }
    this.#left = size;
    this.#state = size === 0 ? trailerLine : chunkBytes;
  }

  #hold(bytes: Uint8Array, from: number, until: number): void {
    const length = this.#heldLength + until - from;
    if (length > longestLine) {
      this.#state = nonsense;
      return;
    }
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, 256, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes.subarray(from, until), this.#heldLength);
    this.#heldLength = length;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}
