import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redisReply } from "./redis-reply.ts";

interface Wire {
  readonly wire: string;
  readonly text: string;
}

const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n]/g, " "));
const scalar: fc.Arbitrary<Wire> = fc.oneof(
  line.map((text) => ({ wire: `+${text}\r\n`, text })),
  fc.integer().map((value) => ({ wire: `:${value}\r\n`, text: String(value) })),
  fc
    .string({ unit: "grapheme" })
    .map((text) => ({ wire: `$${Buffer.byteLength(text)}\r\n${text}\r\n`, text })),
  fc.constantFrom({ wire: "$-1\r\n", text: "(nil)" }, { wire: "*-1\r\n", text: "(nil)" }),
);
const reply: fc.Arbitrary<Wire> = fc.letrec<{ any: Wire }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("any"), { maxLength: 4 }).map((elements) => ({
      wire: `*${elements.length}\r\n${elements.map(({ wire }) => wire).join("")}`,
      text: elements.map(({ text }) => text).join(" "),
    })),
  ),
})).any;

describe("a reply of Redis", () => {
  it("is read whole, wherever it begins, and ends where the next one begins", async () => {
    await fc.assert(
      fc.property(line, reply, line, (before, { wire, text }, after) => {
        const from = Buffer.byteLength(before);
        const bytes = Buffer.from(`${before}${wire}${after}`);
        expect(redisReply(bytes, from)).toEqual({
          isError: false,
          text,
          end: from + Buffer.byteLength(wire),
        });
      }),
    );
  });

  it("is awaited as long as a byte of it is missing", async () => {
    await fc.assert(
      fc.property(reply, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), ({ wire }, share) => {
        const bytes = Buffer.from(wire);
        expect(redisReply(bytes.subarray(0, Math.floor(bytes.length * share)), 0)).toBeNull();
      }),
    );
  });

  it("says that it is an error", () => {
    expect(redisReply(Buffer.from("-OOM no\r\n"), 0)).toEqual({ isError: true, text: "OOM no", end: 9 });
  });

  it("is no reply if it begins otherwise", () => {
    expect(() => redisReply(Buffer.from("HTTP/1.1 400 Bad Request\r\n"), 0)).toThrow("no reply of Redis");
    expect(() => redisReply(Buffer.from("$x\r\n"), 0)).toThrow("no length");
  });
});
