import { resolveListen, written } from "./address.ts";
import { refusals } from "./api-error.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** What is asked for when a proxy is made. */
export interface WantedProxy {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
}

/** What is asked for when a proxy is changed. */
export type ProxyChange = Omit<WantedProxy, "name">;

/** All proxies of a server. What changes one proxy happens one after the other; no proxy waits for another. */
export class Proxies {
  readonly #seed: number;
  readonly #proxies = new Map<string, TcpProxy>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  all(): TcpProxy[] {
    return [...this.#proxies.values()];
  }

  /** Throws an `ApiError` if there is none. */
  get(name: string): TcpProxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw refusals.proxyNotFound();
    return proxy;
  }

  /** One that cannot listen is not registered. */
  create(wanted: WantedProxy): Promise<TcpProxy> {
    return this.#inTurn(wanted.name, async () => {
      if (this.#proxies.has(wanted.name)) throw refusals.proxyExists();
      return this.#add(wanted);
    });
  }

  /** Another address drops all connections; one that cannot be listened on leaves the proxy disabled. */
  update(name: string, change: (before: TcpProxy) => ProxyChange): Promise<TcpProxy> {
    return this.#inTurn(name, async () => {
      const proxy = this.get(name);
      const { listen, upstream, enabled } = change(proxy);
      if (!(await isSameAddress(listen, proxy.listen)) || upstream !== proxy.upstream) {
        await proxy.disable();
        proxy.listen = listen;
        proxy.upstream = upstream;
      }
      if (enabled) await proxy.enable();
      else await proxy.disable();
      return proxy;
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      const proxy = this.get(name);
      this.#proxies.delete(name);
      await proxy.disable();
    });
  }

  /** One that is there and the same stays as it is, with its toxics; a different one is replaced. */
  populate(wanted: WantedProxy): Promise<TcpProxy> {
    return this.#inTurn(wanted.name, async () => {
      const proxy = this.#proxies.get(wanted.name);
      if (proxy !== undefined) {
        const isSame = await isSameAddress(wanted.listen, proxy.listen);
        if (isSame && wanted.upstream === proxy.upstream) return proxy;
        await proxy.disable();
      }
      return this.#add(wanted);
    });
  }

  /** Enables every proxy and takes its toxics away; stops at the first that cannot listen. */
  async reset(): Promise<void> {
    for (const proxy of this.all()) {
      await this.#inTurn(proxy.name, async () => {
        if (this.#proxies.get(proxy.name) !== proxy) return;
        await proxy.enable();
        for (const entry of proxy.toxics) proxy.remove(entry);
      });
    }
  }

  async disableAll(): Promise<void> {
    await Promise.all(this.all().map((proxy) => proxy.disable()));
  }

  async #add({ enabled, ...options }: WantedProxy): Promise<TcpProxy> {
    const proxy = new TcpProxy({ ...options, seed: this.#seed });
    if (enabled) await proxy.enable();
    this.#proxies.set(proxy.name, proxy);
    return proxy;
  }

  async #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(name);
    const turn = (async () => {
      await before?.catch(() => undefined);
      return work();
    })();
    this.#turns.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }
}

async function isSameAddress(one: string, other: string): Promise<boolean> {
  return one === other || written(await resolveListen(one)) === written(await resolveListen(other));
}
