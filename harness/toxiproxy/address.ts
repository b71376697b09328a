import { lookup } from "node:dns/promises";
import { isIPv6 } from "node:net";

/** An address that can be listened on. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What is wrong with an address, or with listening on it, in the words of Go's net package. */
export class AddressError extends Error {
  readonly code = "TOXIPROXY_ADDRESS";
}

/** `host:port`, `[host]:port`, `:port` or nothing, with its name resolved; no host means every one. Throws an `AddressError`. */
export async function resolveListen(listen: string): Promise<Address> {
  const { host, port } = split(listen);
  if (host === "" || host === "0.0.0.0") return { host: "::", port };
  if (host === "localhost") return { host: "127.0.0.1", port };
  try {
    // The first address of the older kind, as Go takes it.
    const all = await lookup(host, { all: true });
    return { host: (all.find(({ family }) => family === 4) ?? all[0])?.address ?? host, port };
  } catch {
    throw new AddressError(`listen tcp: lookup ${host}: no such host`);
  }
}

/** The address as the API writes it. */
export function written({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An upstream, to be resolved as it is dialled; `null` if it is no address at all. */
export function parseUpstream(upstream: string): Address | null {
  try {
    const { host, port } = split(upstream);
    return { host: host === "" ? "localhost" : host, port };
  } catch {
    return null;
  }
}

/** Why `address` cannot be listened on. */
export function bindError(address: Address, cause: unknown): AddressError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: "address already in use",
    EADDRNOTAVAIL: "cannot assign requested address",
    EACCES: "permission denied",
  };
  return new AddressError(`listen tcp ${written(address)}: bind: ${words[code] ?? code.toLowerCase()}`, {
    cause,
  });
}

function split(text: string): Address {
  if (text === "") return { host: "", port: 0 };
  const match = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text);
  if (match === null) {
    const many = text.split(":").length > 2 && !text.startsWith("[");
    throw new AddressError(
      `listen tcp: address ${text}: ${many ? "too many colons in address" : "missing port in address"}`,
    );
  }
  const [, bracketed, plain, portText = ""] = match;
  if (!/^[+-]?\d*$/.test(portText))
    throw new AddressError(`listen tcp: lookup tcp/${portText}: unknown port`);
  const port = Number(portText);
  if (!(port >= 0 && port <= 65_535)) throw new AddressError(`listen tcp: address ${portText}: invalid port`);
  return { host: bracketed ?? plain ?? "", port };
}
