import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keySuffix, keysOf, keyWithin } from "./keys.ts";

const text = fc.string({ unit: fc.constantFrom("a", ":", "{", "}", "%", "7", "D", "é"), maxLength: 6 });
const anyText = fc.string({
  unit: fc.constantFrom("a", "%", "}", "D", "8", "0", "\ud800", "\udbff", "\udc00", "\udfff", "\ufffd"),
  maxLength: 4,
});
const prefixes = text.map((prefix) => prefix.replaceAll(/[{}]/g, ""));
const parts = fc.tuple(prefixes, text, text, fc.constantFrom("gcra", "sliding-log"));
const keyOf = ([prefix, subject, policy, algorithm]: readonly [string, string, string, string]) =>
  keysOf(prefix, [keySuffix(policy, algorithm)], subject)[0] ?? "";

describe("keysOf", () => {
  it("makes different keys of different parts", () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(keyOf(a) === keyOf(b)).toBe(a.join("\n") === b.join("\n"));
      }),
      { numRuns: 5_000 },
    );
  });

  it("makes different bytes of different subjects, also of those that no encoding can tell apart", () => {
    const bytesOf = (subject: string) =>
      Buffer.from(keysOf("gatecrash", [":a:gcra"], subject)[0] ?? "").toString("hex");
    const withinOf = (tag: string, subject: string) =>
      Buffer.from(keyWithin("gatecrash", ":a:gcra", tag, subject)).toString("hex");
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (a, b, c, d) => {
        expect(bytesOf(a) === bytesOf(b)).toBe(a === b);
        expect(withinOf(a, b) === withinOf(c, d)).toBe(a === c && b === d);
      }),
      { numRuns: 5_000 },
    );
    const halves = Array.from({ length: 0x800 }, (_, i) => String.fromCharCode(0xd800 + i));
    expect(new Set([...halves, "\ufffd"].map(bytesOf)).size).toBe(halves.length + 1);
  });

  it("puts all policies of a subject, even the empty one, into one hash tag", () => {
    fc.assert(
      fc.property(prefixes, text, (prefix, subject) => {
        const tags = keysOf(prefix, [":a:gcra", ":b{c}:gcra"], subject).map(
          (key) => /\{(.*?)\}/.exec(key)?.[1],
        );
        expect(tags[0]).not.toBe("");
        expect(tags[0]).toBe(tags[1]);
      }),
    );
  });

  it("makes different keys of a subject alone and of one within another, both in the other's hash tag", () => {
    fc.assert(
      fc.property(parts, parts, text, (a, b, tag) => {
        const [prefix, subject, policy, algorithm] = a;
        const within = keyWithin(prefix, keySuffix(policy, algorithm), tag, subject);
        expect(within).not.toBe(keyOf(b));
        const [alone = ""] = keysOf(prefix, [""], tag);
        expect(within.startsWith(alone)).toBe(true);
        const other = keyWithin(b[0], keySuffix(b[2], b[3]), tag, b[1]);
        expect(within === other).toBe(a.join("\n") === b.join("\n"));
      }),
      { numRuns: 5_000 },
    );
  });

  it("reads well for an ordinary subject", () => {
    expect(keysOf("gatecrash", [":burst:gcra"], "alice")).toEqual(["gatecrash:{alice}:burst:gcra"]);
  });
});
