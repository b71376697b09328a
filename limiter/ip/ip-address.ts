import { isIPv4, isIPv6 } from "node:net";

/** An address without its spelling: the text of an IPv4 address, or the eight groups of an IPv6 address. */
export type IpAddress =
  | { readonly family: "ipv4"; readonly text: string }
  | { readonly family: "ipv6"; readonly groups: readonly number[] };

/**
 * Reads an address in any of its spellings: with a port, brackets, a zone or spaces around it, in any case, shortened
 * or not. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`, `::ffff:c000:201`) is the IPv4 address, and the zone
 * is dropped. Undefined if it is none: names, `unknown`, octal numbers.
 */
export function ipAddressOf(spelling: string): IpAddress | undefined {
  // What sockets say, first.
  if (isIPv4(spelling)) return { family: "ipv4", text: spelling };
  if (spelling.startsWith("::ffff:") && isIPv4(spelling.slice(7)))
    return { family: "ipv4", text: spelling.slice(7) };
  const bare = withoutPort(spelling.trim());
  if (isIPv4(bare)) return { family: "ipv4", text: bare };
  const zone = bare.indexOf("%");
  const address = zone === -1 ? bare : bare.slice(0, zone);
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address);
  if (!isMapped(groups)) return { family: "ipv6", groups };
  const [high = 0, low = 0] = groups.slice(6);
  return { family: "ipv4", text: [high >> 8, high & 255, low >> 8, low & 255].join(".") };
}

/** The address in one spelling, an IPv6 address cut to the first `prefix` bits: `192.0.2.1`, `2001:db8:0:100::/56`. */
export function ipText(address: IpAddress, prefix: number): string {
  if (address.family === "ipv4") return address.text;
  const kept = Math.ceil(prefix / 16);
  const text = address.groups
    .slice(0, kept)
    .map((group, i) => (group & maskOf(prefix - 16 * i)).toString(16))
    .join(":");
  return `${text}${kept < 8 ? "::" : ""}/${prefix}`;
}

/** `[2001:db8::1]:443`, `[2001:db8::1]` and `192.0.2.1:443` without the port. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed !== null) return bracketed[1] ?? "";
  return text.includes(".") ? text.replace(/^([\d.]+):\d{1,5}$/, "$1") : text;
}

/** The groups of an IPv6 address that is known to be one. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const first = partsOf(head);
  if (tail === undefined) return first;
  const last = partsOf(tail);
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function partsOf(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

/** The mask of a group of which `bits` (any number) are kept. */
function maskOf(bits: number): number {
  return bits >= 16 ? 0xffff : 0xffff & (0xffff << (16 - bits));
}
