import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { resolveListen, written } from "./address.ts";
import { apiOf } from "./api.ts";
import { Proxies } from "./proxies.ts";
import { populate } from "./proxy-requests.ts";

/** How to start a server. */
export interface ServerOptions {
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0 leaves it to the system. @default 8474 */
  readonly port?: number;
  /** Of all chance: the same seed, the same fates of the same connections. */
  readonly seed: number;
  /** A file with the proxies to begin with, as for `POST /populate`. */
  readonly config?: string;
  /** Told of each request. */
  readonly onRequest?: (line: string) => void;
}

/** A running server; disposing it closes every proxy. */
export interface ToxiproxyServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts to listen. Throws what `listen` and reading the configuration throw; then nothing is left open. */
export async function startServer(options: ServerOptions): Promise<ToxiproxyServer> {
  const { host = "127.0.0.1", port = 8474, seed, config, onRequest } = options;
  const proxies = new Proxies(seed);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => proxies.disableAll());
  if (config !== undefined) {
    const { error } = await populate(proxies, await readFile(config, "utf8"));
    if (error !== null) throw error;
  }
  const server = createServer(
    { keepAliveTimeout: 60_000, requestTimeout: 15_000, noDelay: true },
    apiOf(proxies, onRequest),
  );
  const listens = once(server, "listening");
  server.listen({ host: (await resolveListen(`${host}:0`)).host, port });
  await listens;
  stack.defer(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const bound = server.address();
  const address = typeof bound === "object" && bound !== null ? bound : { address: host, port };
  const running = stack.move();
  return {
    url: `http://${written({ host: address.address, port: address.port })}`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
