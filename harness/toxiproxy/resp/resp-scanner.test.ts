import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RespScanner } from "./resp-scanner.ts";

/** A value as it is written in RESP3, attributes in front of values included. */
const { value } = fc.letrec<{ value: string; flat: string; list: string; map: string; attributed: string }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("flat"),
      tie("list"),
      tie("map"),
      tie("attributed"),
    ),
    flat: fc.oneof(
      fc.string().map((text) => {
        const bytes = Buffer.from(text).toString("latin1");
        return `$${bytes.length}\r\n${bytes}\r\n`;
      }),
      fc.constantFrom(
        "+OK\r\n",
        "-ERR no\r\n",
        ":-12\r\n",
        ",1.5e3\r\n",
        "#t\r\n",
        "_\r\n",
        "(123456789012345\r\n",
      ),
      fc.constantFrom(
        "$-1\r\n",
        "*-1\r\n",
        "$0\r\n\r\n",
        "*0\r\n",
        "%0\r\n",
        "=7\r\ntxt:a\r\n\r\n",
        "!5\r\nERR a\r\n",
      ),
    ),
    list: fc
      .tuple(fc.constantFrom("*", "~", ">"), fc.array(tie("value"), { maxLength: 4 }))
      .map(([type, items]) => `${type}${items.length}\r\n${items.join("")}`),
    map: fc
      .array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
      .map((pairs) => `%${pairs.length}\r\n${pairs.flat().join("")}`),
    attributed: fc
      .tuple(tie("value"), tie("value"), tie("value"))
      .map(([key, meaning, of]) => `|1\r\n${key}${meaning}${of}`),
  }),
);

/** The offsets at which frames end, whatever the chunks. */
function frameEnds(scanner: RespScanner, chunks: readonly Buffer[]): number[] {
  const ends: number[] = [];
  let before = 0;
  for (const chunk of chunks) {
    for (let at = 0; at >= 0 && at < chunk.length; ) {
      at = scanner.scan(chunk, at);
      if (at >= 0) ends.push(before + at);
    }
    before += chunk.length;
  }
  return ends;
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return offsets.slice(1).map((offset, index) => bytes.subarray(offsets[index], offset));
}

describe("the RESP scanner", () => {
  it("finds the same frames however the bytes are split", () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (frames, cuts) => {
          const bytes = Buffer.from(frames.join(""), "latin1");
          const ends = frames.map((_, index) => frames.slice(0, index + 1).join("").length);
          const scanner = new RespScanner();
          expect(frameEnds(scanner, split(bytes, cuts))).toEqual(ends);
          expect(scanner.isAtBoundary).toBe(true);
        },
      ),
    );
  });

  it("finds every frame when each byte comes alone", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (frames) => {
        const bytes = Buffer.from(frames.join(""), "latin1");
        expect(
          frameEnds(
            new RespScanner(),
            Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
          ),
        ).toHaveLength(frames.length);
      }),
    );
  });

  it("knows the first two words of a command, however it is split", () => {
    const word = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.array(fc.nat()), (words, cuts) => {
        const text = `*${words.length}\r\n${words.map((each) => `$${each.length}\r\n${each}\r\n`).join("")}`;
        const scanner = new RespScanner({ words: 2 });
        frameEnds(scanner, split(Buffer.from(text), cuts));
        expect(scanner.word(0)).toBe(words[0]?.toUpperCase());
        expect(scanner.word(1)).toBe(words[1]?.toUpperCase() ?? "");
      }),
    );
  });

  it("survives any bytes, and never leaves nonsense again", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const scanner = new RespScanner({ words: 2 });
        let wasNonsense = false;
        for (const chunk of chunks) {
          frameEnds(scanner, [Buffer.from(chunk)]);
          expect(wasNonsense && !scanner.isNonsense).toBe(false);
          wasNonsense = scanner.isNonsense;
        }
      }),
    );
  });

  it.each(["hello", "*x\r\n", "*1\n", "$-\r\n", "*--1\r\n", "GET / HTTP/1.1\r\n"])(
    "calls %j nonsense",
    (text) => {
      const scanner = new RespScanner();
      frameEnds(scanner, [Buffer.from(text)]);
      expect(scanner.isNonsense).toBe(true);
    },
  );
});
