import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipAddressOf, ipText } from "./ip-address.ts";

const keyOf = (spelling: string, prefix = 56) => {
  const address = ipAddressOf(spelling);
  return address === undefined ? undefined : ipText(address, prefix);
};

const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });
const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });

/** Shortens the zeros from `from` on, if there are any, as `::` does. */
function shortened(parts: readonly string[], from: number): string {
  let to = from;
  while (to < parts.length && /^0+$/.test(parts[to] ?? "")) to++;
  if (to === from) return parts.join(":");
  return `${parts.slice(0, from).join(":")}::${parts.slice(to).join(":")}`;
}

/** The spellings of one IPv6 address: digits, case, `::`, dotted end, zone, brackets, port, spaces. */
function spellings(address: readonly number[]): fc.Arbitrary<string> {
  const choice = fc.record({
    padded: fc.boolean(),
    upper: fc.boolean(),
    dotted: fc.boolean(),
    shortenFrom: fc.nat(8),
    zone: fc.constantFrom("", "%eth0", "%25en1", "%1"),
    around: fc.constantFrom(["", ""], ["[", "]"], ["[", "]:443"], [" ", "\t"]),
  });
  return choice.map(({ padded, upper, dotted, shortenFrom, zone, around: [before = "", after = ""] }) => {
    const parts = address.map((value) => value.toString(16).padStart(padded ? 4 : 1, "0"));
    if (dotted) {
      const end = address.slice(6).flatMap((value) => [value >> 8, value & 255]);
      parts.splice(6, 2, end.join("."));
    }
    const text = shortened(parts, Math.min(shortenFrom, dotted ? 6 : 8));
    return before + (upper ? text.toUpperCase() : text) + zone + after;
  });
}

describe("ipAddressOf", () => {
  it("gives any spelling of an IPv6 address one key", () => {
    const two = groups.chain((address) => fc.tuple(spellings(address), spellings(address)));
    fc.assert(
      fc.property(two, fc.integer({ min: 32, max: 128 }), ([one, other], prefix) => {
        expect(keyOf(one, prefix)).toBeDefined();
        expect(keyOf(one, prefix)).toBe(keyOf(other, prefix));
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives any spelling of an IPv4 address one key, the IPv6 spellings too", () => {
    fc.assert(
      fc.property(octets, ([a = 0, b = 0, c = 0, d = 0]) => {
        const text = [a, b, c, d].join(".");
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        const same = [
          ...[
            text,
            ` ${text} `,
            `${text}:8080`,
            `::ffff:${text}`,
            `[::ffff:${text}]:80`,
            `::FFFF:${text}%lo`,
          ],
          ...[`::ffff:${hex}`, `0:0:0:0:0:ffff:${hex}`, `0000:0000:0000:0000:0000:FFFF:${hex}`],
        ];
        for (const spelling of same) expect(keyOf(spelling)).toBe(text);
      }),
    );
  });

  it("gives addresses one key exactly if they share the prefix", () => {
    const bitsOf = (address: readonly number[]) =>
      address.map((value) => value.toString(2).padStart(16, "0")).join("");
    const near = fc.tuple(groups, fc.nat(127)).map(([address, flip]) => {
      const other = address.map((value, i) =>
        i === Math.floor(flip / 16) ? value ^ (0x8000 >> (flip % 16)) : value,
      );
      return [address, other] as const;
    });
    fc.assert(
      fc.property(near, fc.integer({ min: 32, max: 128 }), ([one, other], prefix) => {
        fc.pre(!(keyOf(text(one))?.includes(".") || keyOf(text(other))?.includes(".")));
        const share = bitsOf(one).slice(0, prefix) === bitsOf(other).slice(0, prefix);
        expect(keyOf(text(one), prefix) === keyOf(text(other), prefix)).toBe(share);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["2001:db8:0:1ff:1:2:3:4", 56, "2001:db8:0:100::/56"],
    ["2001:db8:0:1ff:1:2:3:4", 64, "2001:db8:0:1ff::/64"],
    ["2001:db8:0:1ff:1:2:3:4", 32, "2001:db8::/32"],
    ["2001:db8:0:1ff:1:2:3:4", 33, "2001:db8:0::/33"],
    ["2001:db8::1", 128, "2001:db8:0:0:0:0:0:1/128"],
    ["::1", 56, "0:0:0:0::/56"],
    ["::1.2.3.4", 128, "0:0:0:0:0:0:102:304/128"],
  ])("writes %s with /%i as %s", (spelling, prefix, key) => {
    expect(keyOf(spelling, prefix)).toBe(key);
  });

  it.each([
    ...["", "unknown", "_hidden", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4/8"],
    ...["0x7f.1", "2130706433", "::g", ":::", "1:2:3", "[::1", "::1]", "[1.2.3.4", "[::1]:port", "%eth0"],
  ])("knows that %j is no address", (spelling) => {
    expect(ipAddressOf(spelling)).toBeUndefined();
  });
});

function text(address: readonly number[]): string {
  return address.map((value) => value.toString(16)).join(":");
}
