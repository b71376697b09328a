import { createConnection, type Socket } from "node:net";
import { parseUpstream, resolveListen, written } from "./address.ts";
import { type Connection, connect } from "./connection.ts";
import { type Listener, listenOn } from "./listener.ts";
import type { ToxicEntry } from "./toxic-entry.ts";

/** What a proxy is to be. */
export interface ProxyOptions {
  readonly name: string;
  /** `host:port`; port 0 leaves it to the system. */
  readonly listen: string;
  /** `host:port`, resolved for each connection. */
  readonly upstream: string;
  /** Of all chance in it. */
  readonly seed: number;
}

/** One proxied port: its connections, and the toxics on them. */
export class TcpProxy {
  readonly name: string;
  /** As given; as it really is once the proxy has been enabled. */
  listen: string;
  upstream: string;
  readonly #seed: number;
  readonly #toxics: ToxicEntry[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<Connection>();
  #listener: Listener | null = null;
  #accepted = 0;

  constructor({ name, listen, upstream, seed }: ProxyOptions) {
    this.name = name;
    this.listen = listen;
    this.upstream = upstream;
    this.#seed = seed;
  }

  get enabled(): boolean {
    return this.#listener !== null;
  }

  /** In the order of the API: those of the upstream first, each in the order in which they were made. */
  get toxics(): readonly ToxicEntry[] {
    return (["upstream", "downstream"] as const).flatMap((wanted) =>
      this.#toxics.filter(({ direction }) => direction === wanted),
    );
  }

  /** Does nothing if it is enabled. Throws an `AddressError`, and is disabled then. */
  async enable(): Promise<void> {
    if (this.#listener !== null) return;
    this.#listener = await listenOn(await resolveListen(this.listen), (client) => this.#accept(client));
    this.listen = written(this.#listener.address);
  }

  /** Closes the port and every connection. */
  async disable(): Promise<void> {
    const closed = this.#listener?.close();
    this.#listener = null;
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Existing connections feel it at once. */
  add(entry: ToxicEntry): void {
    this.#toxics.push(entry);
    for (const connection of this.#connections) connection.add(entry);
  }

  /** To be told after toxicity or values of `entry` have changed. */
  changed(entry: ToxicEntry): void {
    for (const connection of this.#connections) connection.update(entry);
  }

  remove(entry: ToxicEntry): void {
    const index = this.#toxics.indexOf(entry);
    if (index >= 0) this.#toxics.splice(index, 1);
    for (const connection of this.#connections) connection.remove(entry);
  }

  #accept(client: Socket): void {
    const ordinal = this.#accepted++;
    this.#own(client);
    const address = parseUpstream(this.upstream);
    if (address === null || !this.enabled) {
      client.destroy();
      return;
    }
    const upstream = createConnection({ ...address, allowHalfOpen: true, noDelay: true });
    this.#own(upstream);
    const dropClient = () => client.destroy();
    const dropUpstream = () => upstream.destroy();
    upstream.once("close", dropClient);
    client.once("close", dropUpstream);
    upstream.once("connect", () => {
      upstream.off("close", dropClient);
      client.off("close", dropUpstream);
      this.#connected(client, upstream, ordinal);
    });
  }

  #connected(client: Socket, upstream: Socket, ordinal: number): void {
    const name = `${this.name}/${ordinal}`;
    const connection = connect({ client, upstream, seed: this.#seed, name }, this.#toxics);
    this.#connections.add(connection);
    const closed = () => {
      if (client.closed && upstream.closed) this.#connections.delete(connection);
    };
    client.once("close", closed);
    upstream.once("close", closed);
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
