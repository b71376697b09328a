const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const semicolon = 0x3b;
const equals = 0x3d;
const letterR = 0x72;

/**
 * The parameter `r` of a RateLimit field (IETF httpapi draft: a structured-field list such as
 * `"second";r=5;t=1, "day";r=70`) in bytes [from, until): that of the item called `wanted`, else that of the first
 * item; -1 if it has none or the field is malformed.
 */
export function remainingOf(
  bytes: Uint8Array,
  from: number,
  until: number,
  wanted: Uint8Array | null,
): number {
  let first = -1;
  let isFirst = true;
  let at = skipBlanks(bytes, from, until);
  while (at < until) {
    const quoted = bytes[at] === quote;
    const nameFrom = quoted ? at + 1 : at;
    const nameUntil = quoted ? endOfString(bytes, nameFrom, until) : endOfToken(bytes, at, until);
    if (nameUntil < 0 || nameUntil === at) return -1;
    at = quoted ? nameUntil + 1 : nameUntil;
    let remaining = -1;
    while (at < until && bytes[at] === semicolon) {
      at = skipBlanks(bytes, at + 1, until);
      const parameterFrom = at;
      at = endOfToken(bytes, at, until);
      if (at === parameterFrom) return -1;
      const isRemaining = at === parameterFrom + 1 && bytes[parameterFrom] === letterR;
      if (bytes[at] !== equals || at >= until) continue;
      const valueFrom = at + 1;
      at =
        bytes[valueFrom] === quote
          ? endOfString(bytes, valueFrom + 1, until) + 1
          : endOfToken(bytes, valueFrom, until);
      if (at <= valueFrom) return -1;
      if (isRemaining) remaining = wholeNumber(bytes, valueFrom, at);
    }
    if (wanted !== null && isName(bytes, nameFrom, nameUntil, wanted)) return remaining;
    if (isFirst) first = remaining;
    isFirst = false;
    at = skipBlanks(bytes, at, until);
    if (at === until) break;
    if (bytes[at] !== comma) return -1;
    at = skipBlanks(bytes, at + 1, until);
    if (at === until) return -1;
  }
  return first;
}

/** The number that the digits [from, until) are; -1 if there is anything else, or more than 32 bits hold. */
export function wholeNumber(bytes: Uint8Array, from: number, until: number): number {
  if (from >= until || until - from > 10) return -1;
  let value = 0;
  for (let at = from; at < until; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= 0x7fffffff ? value : -1;
}

function skipBlanks(bytes: Uint8Array, from: number, until: number): number {
  let at = from;
  while (at < until && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  return at;
}

/** Where the closing quote is; -1 if there is none. */
function endOfString(bytes: Uint8Array, from: number, until: number): number {
  for (let at = from; at < until; at++) {
    if (bytes[at] === backslash) at++;
    else if (bytes[at] === quote) return at;
  }
  return -1;
}

function endOfToken(bytes: Uint8Array, from: number, until: number): number {
  let at = from;
  for (; at < until; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === comma || byte === semicolon || byte === equals || byte === quote || byte <= 0x20) break;
  }
  return at;
}

function isName(bytes: Uint8Array, from: number, until: number, name: Uint8Array): boolean {
  if (until - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name[i]) return false;
  return true;
}
