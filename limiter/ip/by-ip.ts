import { described } from "../described.ts";
import { LimiterOptionsError } from "../limiter-options.ts";
import { isRecord, wrongNames } from "../wrong-names.ts";
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
export function byIp(options: ByIpOptions = {}): (request: AddressedRequest) => string {
  const mistakes = mistakesIn(options);
  if (mistakes.length > 0) throw new LimiterOptionsError(mistakes, "The key function byIp");
  const { ipv6Prefix = 56, trustedProxies = 0, header = "x-forwarded-for" } = options;
  const addressOf = clientAddress(trustedProxies, header.toLowerCase());
  return (request) => {
    const address = addressOf(request);
    return address === undefined ? "unknown" : ipText(address, ipv6Prefix);
  };
}

/** Whatever plain JavaScript has given. */
function mistakesIn(options: unknown): readonly string[] {
  if (!isRecord(options)) return [`the options are ${described(options)}; give { ${NAMES.join(", ")} }`];
  const { ipv6Prefix = 56, trustedProxies = 0, header = "x-forwarded-for" } = options;
  return [
    ...wrongNames(options, NAMES),
    ...(Number.isInteger(ipv6Prefix) && Number(ipv6Prefix) >= 32 && Number(ipv6Prefix) <= 128
      ? []
      : [`ipv6Prefix is ${described(ipv6Prefix)}; give a whole number of bits from 32 to 128`]),
    ...proxyMistakes(trustedProxies),
    ...(typeof header === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(header)
      ? []
      : [`header is ${described(header)}; give the name of one, like x-forwarded-for`]),
  ];
}

const NAMES = Object.keys({
  ipv6Prefix: true,
  trustedProxies: true,
  header: true,
} satisfies Record<keyof ByIpOptions, true>);
