/** A JSON value that kept what JavaScript's own would lose: how a number was written, and keys that occur twice. */
export type Json =
  | { readonly kind: "null" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "number"; readonly literal: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly Json[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Json])[] };

/** What is wrong with a text, in the words of Go's encoding/json. */
export class JsonError extends Error {
  readonly code = "TOXIPROXY_JSON";
}

const deepest = 1_000;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** The first JSON value of `text`; what follows it is ignored. Throws a `JsonError`. */
export function readJson(text: string): Json {
  const reader = new Reader(text);
  if (reader.isAtEnd()) throw new JsonError("EOF");
  return reader.value(0);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Skips blanks first. */
  isAtEnd(): boolean {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
    return this.#at >= this.#text.length;
  }

  value(depth: number): Json {
    if (depth > deepest) throw new JsonError("exceeded max depth");
    switch (this.#peek()) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return { kind: "string", value: this.#string() };
      case "t":
        return this.#word("true", { kind: "bool", value: true });
      case "f":
        return this.#word("false", { kind: "bool", value: false });
      case "n":
        return this.#word("null", { kind: "null" });
      default:
        return { kind: "number", literal: this.#number() };
    }
  }

  #object(depth: number): Json {
    const entries: [string, Json][] = [];
    this.#at++;
    if (this.#peek() === "}") {
      this.#at++;
      return { kind: "object", entries };
    }
    for (;;) {
      if (this.#peek() !== '"') this.#fail("looking for beginning of object key string");
      const key = this.#string();
      if (this.#peek() !== ":") this.#fail("after object key");
      this.#at++;
      entries.push([key, this.value(depth + 1)]);
      const next = this.#peek();
      if (next !== "," && next !== "}") this.#fail("after object key:value pair");
      this.#at++;
      if (next === "}") return { kind: "object", entries };
    }
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    this.#at++;
    if (this.#peek() === "]") {
      this.#at++;
      return { kind: "array", items };
    }
    for (;;) {
      items.push(this.value(depth + 1));
      const next = this.#peek();
      if (next !== "," && next !== "]") this.#fail("after array element");
      this.#at++;
      if (next === "]") return { kind: "array", items };
    }
  }

  #string(): string {
    let value = "";
    for (this.#at++; ; this.#at++) {
      const character = this.#now();
      if (character === '"') break;
      if (character < " ") this.#fail("in string literal");
      value += character === "\\" ? this.#escape() : character;
    }
    this.#at++;
    return value.toWellFormed();
  }

  #escape(): string {
    this.#at++;
    const character = this.#now();
    if (character !== "u") return escapes[character] ?? this.#fail("in string escape code");
    let unit = "";
    for (let digit = 0; digit < 4; digit++) {
      this.#at++;
      if (!/^[\da-fA-F]$/.test(this.#now())) this.#fail("in \\u hexadecimal character escape");
      unit += this.#now();
    }
    return String.fromCharCode(Number.parseInt(unit, 16));
  }

  #word(word: string, value: Json): Json {
    for (const [index, letter] of [...word].entries()) {
      if (this.#now() !== letter) {
        this.#fail(
          index === 0 ? "looking for beginning of value" : `in literal ${word} (expecting '${letter}')`,
        );
      }
      this.#at++;
    }
    return value;
  }

  #number(): string {
    const from = this.#at;
    if (this.#text[this.#at] === "-") {
      this.#at++;
      if (!isDigit(this.#now())) this.#fail("in numeric literal");
    }
    if (!isDigit(this.#now())) this.#fail("looking for beginning of value");
    if (this.#now() === "0") this.#at++;
    else this.#digits();
    if (this.#text[this.#at] === ".") {
      this.#at++;
      if (!isDigit(this.#now())) this.#fail("after decimal point in numeric literal");
      this.#digits();
    }
    if (/^[eE]$/.test(this.#text[this.#at] ?? "")) {
      this.#at++;
      if (/^[+-]$/.test(this.#now())) this.#at++;
      if (!isDigit(this.#now())) this.#fail("in exponent of numeric literal");
      this.#digits();
    }
    return this.#text.slice(from, this.#at);
  }

  #digits(): void {
    while (isDigit(this.#text[this.#at] ?? "")) this.#at++;
  }

  /** The next character that is no blank. */
  #peek(): string {
    this.isAtEnd();
    return this.#now();
  }

  #now(): string {
    const character = this.#text[this.#at];
    if (character === undefined) throw new JsonError("unexpected EOF");
    return character;
  }

  #fail(where: string): never {
    const character = this.#now();
    const quoted = character === "'" ? "'\\''" : character === '"' ? "'\"'" : `'${escaped(character)}'`;
    throw new JsonError(`invalid character ${quoted} ${where}`);
  }
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9" && character.length === 1;
}

function escaped(character: string): string {
  return JSON.stringify(character).slice(1, -1);
}
