/** What is kept of the frames. */
export interface RespScannerOptions {
  /** How many of the leading bulk strings of a frame's array are kept: 2 for commands. @default 0 */
  readonly words?: 0 | 2;
}

const longestWord = 32;
const deepest = 128;
const longestNumber = 12;
const shortLine = 64;

const atType = 0;
const inNumber = 1;
const atNumberEnd = 2;
const inLine = 3;
const inBulk = 4;
const nonsense = 5;

const dollar = 0x24;
const star = 0x2a;
const percent = 0x25;
const bar = 0x7c;

/** What a first byte begins: 1 a line, 2 a bulk of stated length, 3 an aggregate of stated size, 0 nothing known. */
const shapes = new Uint8Array(256);
for (const type of "+-:,#_(") shapes[type.charCodeAt(0)] = 1;
for (const type of "$=!") shapes[type.charCodeAt(0)] = 2;
for (const type of "*%|~>") shapes[type.charCodeAt(0)] = 3;

/**
 * Finds the ends of RESP frames in bytes that may be split anywhere. An attribute (`|`) is one frame with the value
 * that it precedes. What is no RESP makes it `isNonsense`, for good.
 */
export class RespScanner {
  /** The first byte of the frame that is being read, or was completed last. */
  kind = 0;
  #state = atType;
  #type = 0;
  #number = 0;
  #digits = 0;
  #negative = false;
  /** Bytes of the bulk that are still to come, with its CRLF. */
  #bytesLeft = 0;
  /** Values that are still to come, of each open aggregate. */
  readonly #valuesLeft: number[] = [];
  readonly #keeps: number;
  readonly #words: readonly Buffer[];
  readonly #wordLengths: number[] = [0, 0];
  #wordCount = 0;
  /** The bulk that is being read is this word; -1 for none. */
  #word = -1;

  constructor({ words = 0 }: RespScannerOptions = {}) {
    this.#keeps = words;
    this.#words = Array.from({ length: words }, () => Buffer.alloc(longestWord));
  }

  get isNonsense(): boolean {
    return this.#state === nonsense;
  }

  /** Between two frames. */
  get isAtBoundary(): boolean {
    return this.#state === atType && this.#valuesLeft.length === 0;
  }

  /** How many words the frame completed last has: 0 for an empty array. */
  get wordCount(): number {
    return this.#wordCount;
  }

  /** Word `index` of the frame completed last in upper case, cut off at 32 bytes; empty if there is none. */
  word(index: 0 | 1): string {
    const bytes = this.#words[index];
    if (bytes === undefined || index >= this.#wordCount) return "";
    return bytes.toString("latin1", 0, this.#wordLengths[index]).toUpperCase();
  }

  /** Length and first letter of the first word in one number below 65,536, to sift commands without making strings. */
  get signature(): number {
    return this.#wordCount === 0 ? 0 : signatureOf(this.#wordLengths[0] ?? 0, this.#words[0]?.[0] ?? 0);
  }

  /** Reads `bytes` from `from`; returns the offset after the first frame that ends in it, or -1 when all was read. */
  scan(bytes: Buffer, from: number): number {
    const until = bytes.length;
    let at = from;
    while (at < until) {
      switch (this.#state) {
        case atType: {
          this.#begin(bytes[at++] ?? 0);
          break;
        }
        case inNumber: {
          let number = this.#number;
          let digits = this.#digits;
          let byte = 0;
          for (; at < until; at++) {
            byte = bytes[at] ?? 0;
            if (byte < 0x30 || byte > 0x39) break;
            number = number * 10 + byte - 0x30;
            digits++;
          }
          this.#number = number;
          this.#digits = digits;
          if (at === until && digits <= longestNumber) return -1;
          at++;
          if (byte === 0x0d && digits > 0 && digits <= longestNumber) this.#state = atNumberEnd;
          else if (byte === 0x2d && digits === 0 && !this.#negative) this.#negative = true;
          else this.#state = nonsense;
          break;
        }
        case atNumberEnd: {
          if (bytes[at++] !== 0x0a) this.#state = nonsense;
          else if (this.#sized()) return at;
          break;
        }
        case inLine: {
          // Nearly all lines are short: a search of our own costs less than a call.
          const near = Math.min(until, at + shortLine);
          while (at < near && bytes[at] !== 0x0a) at++;
          const end = at < near ? at : bytes.indexOf(0x0a, at);
          if (end < 0) return -1;
          at = end + 1;
          if (this.#valueEnds()) return at;
          break;
        }
        case inBulk: {
          const taken = Math.min(this.#bytesLeft, until - at);
          if (this.#word >= 0) this.#keep(bytes, at, taken);
          at += taken;
          this.#bytesLeft -= taken;
          if (this.#bytesLeft === 0 && this.#valueEnds()) return at;
          break;
        }
        default:
          return -1;
      }
    }
    return -1;
  }

  #begin(type: number): void {
    const shape = shapes[type] ?? 0;
    this.#type = type;
    if (this.#valuesLeft.length === 0) {
      this.kind = type;
      this.#wordCount = 0;
    }
    if (shape === 1) this.#state = inLine;
    else if (shape === 0 || this.#valuesLeft.length >= deepest) this.#state = nonsense;
    else {
      this.#state = inNumber;
      this.#number = 0;
      this.#digits = 0;
      this.#negative = false;
    }
  }

  /** The number of a bulk or an aggregate is complete; whether the frame is, with it. */
  #sized(): boolean {
    const type = this.#type;
    if (this.#negative) return this.#valueEnds();
    if (shapes[type] === 2) {
      this.#bytesLeft = this.#number + 2;
      this.#state = inBulk;
      const isWord =
        this.#wordCount < this.#keeps &&
        this.#valuesLeft.length === 1 &&
        this.kind === star &&
        type === dollar;
      this.#word = isWord ? this.#wordCount++ : -1;
      if (isWord) this.#wordLengths[this.#word] = 0;
      return false;
    }
    const values = type === percent ? 2 * this.#number : type === bar ? 2 * this.#number + 1 : this.#number;
    if (values === 0) return this.#valueEnds();
    this.#valuesLeft.push(values);
    this.#state = atType;
    return false;
  }

  /** A value is complete, and perhaps all that it is the last part of; whether the frame is. */
  #valueEnds(): boolean {
    this.#state = atType;
    const left = this.#valuesLeft;
    for (let depth = left.length - 1; depth >= 0; depth--) {
      const values = (left[depth] ?? 0) - 1;
      left[depth] = values;
      if (values > 0) return false;
      left.pop();
    }
    return true;
  }

  #keep(bytes: Buffer, at: number, taken: number): void {
    const length = this.#wordLengths[this.#word] ?? 0;
    // The last two bytes of what is left are CRLF.
    const content = Math.min(taken, this.#bytesLeft - 2, longestWord - length);
    if (content <= 0) return;
    const word = this.#words[this.#word];
    for (let index = 0; word !== undefined && index < content; index++)
      word[length + index] = bytes[at + index] ?? 0;
    this.#wordLengths[this.#word] = length + content;
  }
}

/** What `signature` is for a word of that length and first letter, in either case. */
export function signatureOf(length: number, firstLetter: number): number {
  return (length << 8) | (firstLetter & 0xdf);
}

/** The first byte of a RESP3 push, which answers no command. */
export const push = 0x3e;
