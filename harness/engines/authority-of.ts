import type { Endpoint } from "./engine.ts";

/** `host:port`, with brackets where the host is an IPv6 address. */
export function authorityOf({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
