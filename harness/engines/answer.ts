import { noPolicy, sourceCode } from "../history/requests.ts";
import { remainingOf, wholeNumber } from "./rate-limit-field.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const names = {
  rateLimit: ascii("ratelimit"),
  connection: ascii("connection"),
  keepAlive: ascii("keep-alive"),
  retryAfter: ascii("retry-after"),
  contentLength: ascii("content-length"),
  transferEncoding: ascii("transfer-encoding"),
  source: ascii("x-ratelimit-source"),
  policy: ascii("x-ratelimit-policy"),
  reason: ascii("x-ratelimit-reason"),
  refund: ascii("x-ratelimit-refund"),
};
const values = {
  close: ascii("close"),
  keepAlive: ascii("keep-alive"),
  chunked: ascii("chunked"),
  redis: ascii("redis"),
  local: ascii("local"),
  unavailable: ascii("unavailable"),
  given: ascii("given"),
  timeout: ascii("timeout="),
};
const longestRateLimit = 512;

/** The names of the policies as bytes, made once for all answers. */
export type PolicyNames = readonly Uint8Array[];

/** `names` as an answer needs them. */
export function policyNamesOf(policies: readonly string[]): PolicyNames {
  return policies.map(ascii);
}

/** What the head of one HTTP answer says. One object a connection, cleared for each answer. */
export class Answer {
  status = 0;
  /** `x-ratelimit-reason: unavailable`. */
  unavailable = false;
  /** `x-ratelimit-refund: given`. */
  isGivenBack = false;
  source: number = sourceCode.unlabelled;
  /** Index of the policy in `x-ratelimit-policy`; `noPolicy` if there is none that we know. */
  policy: number = noPolicy;
  /** Retry-After in milliseconds; NaN if there is none or it is a date. */
  retryAfterMs: number = Number.NaN;
  /** The connection may carry another request; `close`, once said, stands whatever else is said (RFC 9112 §9.3). */
  keepAlive = true;
  /** How long the server keeps an idle connection, as it says; NaN if it does not. */
  keepAliveMs: number = Number.NaN;
  /** -1 if there is no Content-Length. */
  contentLength = -1;
  chunked = false;
  /** A header that decides the framing makes no sense. */
  malformed = false;

  readonly #policies: PolicyNames;
  readonly #rateLimit = new Uint8Array(longestRateLimit);
  #rateLimitLength = 0;
  #closes = false;

  constructor(policies: PolicyNames) {
    this.#policies = policies;
  }

  /** Forgets the answer before. */
  clear(): void {
    this.status = 0;
    this.unavailable = false;
    this.isGivenBack = false;
    this.source = sourceCode.unlabelled;
    this.policy = noPolicy;
    this.retryAfterMs = Number.NaN;
    this.keepAlive = true;
    this.keepAliveMs = Number.NaN;
    this.contentLength = -1;
    this.chunked = false;
    this.malformed = false;
    this.#rateLimitLength = 0;
    this.#closes = false;
  }

  /** `r` of the RateLimit header: of the denying policy's item if it is named, else of the first; -1 if none. */
  remaining(): number {
    const length = this.#rateLimitLength;
    if (length <= 0) return -1;
    return remainingOf(this.#rateLimit, 0, length, this.#policies[this.policy] ?? null);
  }

  /** Takes the header whose name is [nameFrom, nameUntil) and whose trimmed value is [from, until). */
  field(bytes: Uint8Array, nameFrom: number, nameUntil: number, from: number, until: number): void {
    const is = (name: Uint8Array) => sameLetters(bytes, nameFrom, nameUntil, name);
    switch (nameUntil - nameFrom) {
      case 9:
        if (is(names.rateLimit)) this.#keepRateLimit(bytes, from, until);
        break;
      case 10:
        if (is(names.connection)) this.#connection(bytes, from, until);
        else if (is(names.keepAlive)) this.#keepAliveTimeout(bytes, from, until);
        break;
      case 11:
        if (is(names.retryAfter)) this.#retryAfter(bytes, from, until);
        break;
      case 14:
        if (is(names.contentLength)) this.#contentLength(bytes, from, until);
        break;
      case 17:
        // Any other last coding than chunked ends with the connection; we ask for none, so it makes no sense.
        if (is(names.transferEncoding))
          if (sameLetters(bytes, from, until, values.chunked)) this.chunked = true;
          else this.malformed = true;
        break;
      case 18:
        if (is(names.source)) this.source = sourceOf(bytes, from, until);
        else if (is(names.policy)) this.policy = this.#policyOf(bytes, from, until);
        else if (is(names.reason)) this.unavailable = sameLetters(bytes, from, until, values.unavailable);
        else if (is(names.refund)) this.isGivenBack = sameLetters(bytes, from, until, values.given);
        break;
    }
  }

  /** Kept, not read: which item counts depends on a header that may come later. Several lines make one list. */
  #keepRateLimit(bytes: Uint8Array, from: number, until: number): void {
    let length = this.#rateLimitLength;
    if (length < 0 || length + 1 + until - from > longestRateLimit) {
      this.#rateLimitLength = -1;
      return;
    }
    if (length > 0) this.#rateLimit[length++] = 0x2c;
    for (let at = from; at < until; at++) this.#rateLimit[length++] = bytes[at] ?? 0;
    this.#rateLimitLength = length;
  }

  #connection(bytes: Uint8Array, from: number, until: number): void {
    for (let at = from; at < until; ) {
      const end = endOfListItem(bytes, at, until);
      if (sameLetters(bytes, at, end, values.close)) this.#closes = true;
      else if (sameLetters(bytes, at, end, values.keepAlive)) this.keepAlive = true;
      at = startOfListItem(bytes, end, until);
    }
    if (this.#closes) this.keepAlive = false;
  }

  #keepAliveTimeout(bytes: Uint8Array, from: number, until: number): void {
    const { timeout } = values;
    for (let at = from; at < until; ) {
      const end = endOfListItem(bytes, at, until);
      if (end - at > timeout.length && sameLetters(bytes, at, at + timeout.length, timeout)) {
        const seconds = wholeNumber(bytes, at + timeout.length, end);
        if (seconds >= 0) this.keepAliveMs = seconds * 1000;
      }
      at = startOfListItem(bytes, end, until);
    }
  }

  #retryAfter(bytes: Uint8Array, from: number, until: number): void {
    const seconds = wholeNumber(bytes, from, until);
    this.retryAfterMs = seconds >= 0 ? seconds * 1000 : Number.NaN;
  }

  #contentLength(bytes: Uint8Array, from: number, until: number): void {
    const length = wholeNumber(bytes, from, until);
    if (length < 0 || (this.contentLength >= 0 && this.contentLength !== length)) this.malformed = true;
    else this.contentLength = length;
  }

  #policyOf(bytes: Uint8Array, from: number, until: number): number {
    for (let index = 0; index < this.#policies.length; index++)
      if (sameBytes(bytes, from, until, this.#policies[index])) return index;
    return noPolicy;
  }
}

function sourceOf(bytes: Uint8Array, from: number, until: number): number {
  if (sameLetters(bytes, from, until, values.redis)) return sourceCode.redis;
  if (sameLetters(bytes, from, until, values.local)) return sourceCode.local;
  return sourceCode.unlabelled;
}

/** Whether [from, until) is `lower`, whatever the case of its letters. */
function sameLetters(bytes: Uint8Array, from: number, until: number, lower: Uint8Array): boolean {
  if (until - from !== lower.length) return false;
  for (let i = 0; i < lower.length; i++) {
    const byte = bytes[from + i] ?? 0;
    const small = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (small !== lower[i]) return false;
  }
  return true;
}

function sameBytes(bytes: Uint8Array, from: number, until: number, name: Uint8Array | undefined): boolean {
  if (name === undefined || until - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name[i]) return false;
  return true;
}

/** The end of the comma-separated item at `from`, blanks before the comma left out. */
function endOfListItem(bytes: Uint8Array, from: number, until: number): number {
  let end = from;
  while (end < until && bytes[end] !== 0x2c) end++;
  while (end > from && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0x09)) end--;
  return end;
}

function startOfListItem(bytes: Uint8Array, from: number, until: number): number {
  let at = from;
  while (at < until && (bytes[at] === 0x2c || bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  return at;
}
