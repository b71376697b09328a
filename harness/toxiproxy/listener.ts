import { once } from "node:events";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import { type Address, bindError } from "./address.ts";

const backlog = 4096;

/** A port that is listened on. */
export interface Listener {
  /** With the port that the system chose, if it was left to it. */
  readonly address: Address;
  /** Listens no longer; done when the port is free. */
  close(): Promise<void>;
}

/** Listens; connections come paused and may be half closed. Throws an `AddressError`. */
export async function listenOn(address: Address, accept: (socket: Socket) => void): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, accept);
  try {
    await bind(server, address);
  } catch (cause) {
    throw bindError(address, cause);
  }
  // Out of file descriptors, say: the next connection may succeed.
  server.on("error", () => {});
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
  const host = typeof bound === "object" && bound !== null ? bound.address : address.host;
  return {
    address: { host, port },
    async close() {
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

async function bind(server: Server, { host, port }: Address): Promise<void> {
  try {
    await listening(server, host, port);
  } catch (error) {
    // A system without IPv6: every host is every host of IPv4.
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (!isIPv6(host) || host !== "::" || (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL")) throw error;
    await listening(server, "0.0.0.0", port);
  }
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  const listens = once(server, "listening");
  server.listen({ host, port, backlog });
  await listens;
}
