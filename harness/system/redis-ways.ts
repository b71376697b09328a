import { randomBytes } from "node:crypto";
import type { RedisWay } from "../faults/fault-site.ts";
import { type RedisLogin, tcpRedisProbe } from "../faults/tcp-redis-probe.ts";
import { redactedUrl } from "../redacted.ts";
import { Refusal } from "../refusal.ts";
import { type ControlledProxy, connectToxiproxy, type ToxiproxyControl } from "../toxiproxy/control.ts";
import { freePort } from "./free-port.ts";
import { guestProxies } from "./guest-proxies.ts";
import { type FoundToxiproxy, findToxiproxy } from "./toxiproxy-source.ts";

/** A way to Redis for each replica, through a proxy of its own. Disposing removes those proxies, and no others. */
export interface RedisWays extends AsyncDisposable {
  /** By the number of the replica. */
  readonly ways: readonly RedisWay[];
  /** Redis as that replica reaches it: same user, password and database as without a proxy. */
  readonly url: (replica: number) => string;
  /** In words: which Toxiproxy. */
  readonly origin: string;
  /** It can lose replies of executed commands and answer with errors of Redis. */
  readonly knowsRedisToxics: boolean;
}

/** Where proxies go that are not on our network, as those of a container. */
export interface ProxyPlaces {
  /** Redis as that Toxiproxy reaches it: `host:port`. */
  readonly upstream: string;
  /** Where the proxy of a replica listens, as the API is told, and where we reach it. */
  place(replica: number): { readonly listen: string; readonly host: string; readonly port: number };
}

/** Registers what must be undone early, in the order in which it came. */
export type Own = <T extends AsyncDisposable>(thing: T) => T;

/** Which ways. */
export interface RedisWaysOptions {
  readonly redisUrl: string;
  readonly replicas: number;
  /** The log goes to `logs/toxiproxy.log` in it. */
  readonly runFolder: string;
  /** Of all chance in the embedded Toxiproxy. */
  readonly seed: number;
  /** The control API of one that runs already. */
  readonly toxiproxyUrl?: string;
  /** Which one to start where none is given: ours, or the `toxiproxy-server` of the PATH. @default "embedded" */
  readonly toxiproxy?: "embedded" | "path";
  /** Registers what must be undone even when this is cut short. @default nobody does */
  readonly own?: Own;
  /** @default the host of `toxiproxyUrl`, with the same view of Redis as ours */
  readonly places?: ProxyPlaces;
}

/**
 * Makes the proxies of a run, with names of its own, and sees that Redis answers through each. A `Refusal` says what to
 * mend if there is no Toxiproxy, or if it does not reach Redis.
 */
export async function startRedisWays(options: RedisWaysOptions): Promise<RedisWays> {
  const { redisUrl, replicas, seed, places, own = (thing) => thing } = options;
  const redis = plainRedisUrl(redisUrl);
  await using stack = new AsyncDisposableStack();
  const found = stack.use(await findToxiproxy(options));
  const control = await connectToxiproxy(found.url);
  const upstream = places?.upstream ?? `${redis.hostname}:${redis.port || "6379"}`;
  // Ours draws its chance from the names: the same ones in each run.
  const runId = found.isOurs ? `seed${seed}` : randomBytes(4).toString("hex");
  const ways: RedisWay[] = [];
  // Ours takes its proxies along when it stops.
  const guests = found.isOurs ? null : stack.use(own(guestProxies(found.url)));
  for (let replica = 0; replica < replicas; replica++) {
    const name = `gatecrash-${runId}-${replica}`;
    const wanted = { name, upstream, found, place: places?.place(replica) };
    const proxy = await (guests === null
      ? makeProxy(control, wanted)
      : guests.made(name, () => makeProxy(control, wanted)));
    ways.push({ replica, proxy, probe: tcpRedisProbe(proxy.host, proxy.port, loginIn(redis)) });
  }
  for (const way of ways) await requireAnswer(way, found, upstream);
  const knowsRedisToxics = await hasRedisToxics(ways);
  const version = await control.version();
  const owned = stack.move();
  return {
    ways,
    url: (replica) => urlThrough(redis, ways[replica]),
    origin: `${found.origin} ${version}`,
    knowsRedisToxics,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** `redisUrl` in parts; a `Refusal` if it asks for what no proxy can look into. */
export function plainRedisUrl(redisUrl: string): URL {
  const redis = new URL(redisUrl);
  if (redis.protocol === "redis:") return redis;
  throw new Refusal(`Faults need a plain redis:// URL, not ${redactedUrl(redisUrl)}: proxies speak no TLS.`);
}

interface Wanted {
  readonly name: string;
  readonly upstream: string;
  readonly found: FoundToxiproxy;
  readonly place: ReturnType<ProxyPlaces["place"]> | undefined;
}

const portTries = 5;

/** On a port that is still ours after the proxy was down: the system gives none of these away. */
async function makeProxy(control: ToxiproxyControl, wanted: Wanted): Promise<ControlledProxy> {
  const { name, upstream, found, place } = wanted;
  if (place !== undefined) {
    const proxy = await control.createProxy({ name, upstream, listen: place.listen });
    return { ...proxy, host: place.host, port: place.port };
  }
  if (!found.isHere) return control.createProxy({ name, upstream, listen: "0.0.0.0:0" });
  for (let tries = 1; ; tries++) {
    try {
      return await control.createProxy({ name, upstream, listen: `127.0.0.1:${await freePort()}` });
    } catch (error) {
      if (tries === portTries || !/address already in use/.test(String(error))) throw error;
    }
  }
}

async function requireAnswer({ probe }: RedisWay, found: FoundToxiproxy, upstream: string): Promise<void> {
  const answer = await probe.ask(["PING"], 5_000);
  if (answer.kind === "answered") return;
  const how = answer.kind === "error" ? answer.message : answer.kind;
  throw new Refusal(
    `Redis does not answer through the Toxiproxy at ${found.url} (${how}): that Toxiproxy must reach it as ${upstream}.`,
  );
}

/** Whether the Toxiproxy knows our RESP-aware toxics: asked with one that works on no connection. */
export async function hasRedisToxics([first]: readonly RedisWay[]): Promise<boolean> {
  if (first === undefined) return false;
  const toxic = {
    type: "redis_error",
    stream: "downstream",
    toxicity: 0,
    attributes: { error: "OOM" },
  } as const;
  try {
    const { remove } = await first.proxy.add(toxic);
    await remove();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "TOXIC_UNKNOWN") return false;
    throw error;
  }
}

/** User and password of a Redis URL. */
export function loginIn({ username, password }: URL): RedisLogin {
  if (password === "") return {};
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** The Redis at `redis` as it is reached through `way`: same user, password and database. */
export function urlThrough(redis: URL, way: RedisWay | undefined): string {
  if (way === undefined) throw new RangeError("that replica has no way to Redis");
  const { host, port } = way.proxy;
  const through = new URL(redis);
  through.hostname = host.includes(":") ? `[${host}]` : host;
  through.port = String(port);
  return through.href;
}
