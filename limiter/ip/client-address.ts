import { type IpAddress, ipAddressOf } from "./ip-address.ts";
import { proxyList, type TrustedProxies } from "./trusted-proxies.ts";

/** What is needed of a request to know where it comes from: those of node:http, Express and Fastify all have it. */
export interface AddressedRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null;
}

/**
 * Finds the address of the client. Proxies append to `header` whom they speak for, so it is read from its end, and
 * only as far as whoever wrote it is trusted: what a client sends itself stands before that, and changes nothing.
 * Undefined when the request came by no address, as over a Unix socket.
 */
export function clientAddress(
  proxies: TrustedProxies,
  header: string,
): (request: AddressedRequest) => IpAddress | undefined {
  const trusts = trustIn(proxies);
  const isForwarded = header === "forwarded";
  return ({ headers, socket }) => {
    const remote = socket?.remoteAddress;
    let client = remote === undefined ? undefined : ipAddressOf(remote);
    if (!trusts(client, 0)) return client;
    let rest = textOf(headers[header]);
    for (let hop = 1; rest !== undefined; hop++) {
      const comma = rest.lastIndexOf(",");
      const entry = rest.slice(comma + 1);
      rest = comma === -1 ? undefined : rest.slice(0, comma);
      const said = ipAddressOf(isForwarded ? forOf(entry) : entry);
      // A trusted proxy that does not name an address speaks for nobody else: it is charged itself.
      if (said === undefined) return client;
      client = said;
      if (!trusts(client, hop)) return client;
    }
    return client;
  };
}

/** Whether the party at `address`, `hop` steps away, is believed about who is behind it. */
function trustIn(proxies: TrustedProxies): (address: IpAddress | undefined, hop: number) => boolean {
  if (typeof proxies === "number") return (_address, hop) => hop < proxies;
  const listed = proxyList(proxies);
  return (address) => address !== undefined && listed(address);
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" || value === undefined ? value : value.join(",");
}

/**
 * What `for=` says in one element of a `Forwarded` field (RFC 7239). An honest element has no comma, so elements are
 * told apart by commas alone: a quote that a client leaves open cannot swallow what proxies append.
 */
function forOf(element: string): string {
  const [, quoted, plain = ""] = /(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(element) ?? [];
  return quoted ?? plain;
}
