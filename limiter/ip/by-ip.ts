import { LimiterOptionsError } from "../limiter-options.ts";
import { type AddressedRequest, clientAddress } from "./client-address.ts";
import { ipText } from "./ip-address.ts";
import { proxyMistakes, type TrustedProxies } from "./trusted-proxies.ts";

export interface ByIpOptions {
  /**
   * How many bits of an IPv6 address make a client, from 32 to 128. Whoever has one address has the whole block that
   * a provider hands out, and could otherwise take a new bucket for each request. @default 56
   */
  readonly ipv6Prefix?: number;
  /**
   * The proxies that are believed: how many there are, or their addresses, blocks, `loopback`, `linklocal` and
   * `uniquelocal`. A number believes whoever connects, so it needs a port that only the proxies can reach.
   * @default 0: the address of the connection, and no header, counts
   */
  readonly trustedProxies?: TrustedProxies;
  /** The field in which proxies say for whom they speak; `forwarded` is read as RFC 7239. @default "x-forwarded-for" */
  readonly header?: string;
}

/**
 * A key function: one subject a client address, whatever its spelling. Requests without an address, as over a Unix
 * socket, are one subject, `unknown`. Throws a {@link LimiterOptionsError} that lists every wrong option.
 */
export function byIp({
  ipv6Prefix = 56,
  trustedProxies = 0,
  header = "x-forwarded-for",
}: ByIpOptions = {}): (request: AddressedRequest) => string {
  const mistakes = [
    ...(Number.isInteger(ipv6Prefix) && ipv6Prefix >= 32 && ipv6Prefix <= 128
      ? []
      : [`ipv6Prefix is ${ipv6Prefix}; give a whole number of bits from 32 to 128`]),
    ...proxyMistakes(trustedProxies),
    ...(/^[\w!#$%&'*+.^`|~-]+$/.test(header)
      ? []
      : [`header is "${header}"; give the name of one, like x-forwarded-for`]),
  ];
  if (mistakes.length > 0) throw new LimiterOptionsError(mistakes, "The key function byIp");
  const addressOf = clientAddress(trustedProxies, header.toLowerCase());
  return (request) => {
    const address = addressOf(request);
    return address === undefined ? "unknown" : ipText(address, ipv6Prefix);
  };
}
