import { BlockList, isIPv6 } from "node:net";
import { described } from "../described.ts";
import { type IpAddress, ipAddressOf } from "./ip-address.ts";

/**
 * Which connections to believe when they say for whom they speak: the number of proxies in front of this process, or
 * the addresses and CIDR blocks of the proxies; `loopback`, `linklocal` and `uniquelocal` are the blocks of that name.
 */
export type TrustedProxies = number | readonly string[];

/** The addresses that `proxies` names; those that cannot be read (see {@link proxyMistakes}) are left out. */
export function proxyList(proxies: readonly string[]): (address: IpAddress) => boolean {
  const list = new BlockList();
  for (const block of proxies.flatMap((proxy) => BLOCKS.get(proxy) ?? [proxy])) {
    const read = blockOf(block);
    if (read !== undefined) list.addSubnet(read.network, read.prefix, read.family);
  }
  return (address) => list.check(spelled(address), address.family);
}

/** What is wrong with `proxies`: one sentence each. */
export function proxyMistakes(proxies: unknown): readonly string[] {
  if (typeof proxies === "number") {
    if (Number.isInteger(proxies) && proxies >= 0 && proxies <= MOST_HOPS) return [];
    return [
      `trustedProxies is ${proxies}; give a number of proxies from 0 to ${MOST_HOPS}, or their addresses`,
    ];
  }
  if (!Array.isArray(proxies))
    return [
      `trustedProxies is ${described(proxies)}; give how many proxies there are, or a list of their addresses`,
    ];
  return proxies
    .filter((proxy) => typeof proxy !== "string" || !(BLOCKS.has(proxy) || blockOf(proxy) !== undefined))
    .map(
      (proxy) =>
        `trustedProxies has ${described(proxy)}; give an address, a block like 10.0.0.0/8, loopback, linklocal or uniquelocal`,
    );
}

const MOST_HOPS = 16;

const BLOCKS: ReadonlyMap<string, readonly string[]> = new Map([
  ["loopback", ["127.0.0.0/8", "::1/128"]],
  ["linklocal", ["169.254.0.0/16", "fe80::/10"]],
  ["uniquelocal", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]],
]);

function blockOf(text: string) {
  const [spelling = "", bits] = text.split("/", 2);
  const address = ipAddressOf(spelling);
  if (address === undefined || text.split("/").length > 2) return undefined;
  const longest = address.family === "ipv4" ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  // A block of IPv4 addresses written as IPv6 counts its prefix from the beginning of the IPv6 address.
  const mapped = address.family === "ipv4" && isIPv6(spelling) ? 96 : 0;
  const prefix = bits === undefined ? longest : Number(bits) - mapped;
  if (prefix < 0 || prefix > longest) return undefined;
  return { network: spelled(address), prefix, family: address.family };
}

function spelled(address: IpAddress): string {
  return address.family === "ipv4"
    ? address.text
    : address.groups.map((group) => group.toString(16)).join(":");
}
