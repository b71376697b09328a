import type { RedisWay } from "../faults/fault-site.ts";
import { tcpRedisProbe } from "../faults/tcp-redis-probe.ts";
import { nearestName } from "../nearest-name.ts";
import { Refusal } from "../refusal.ts";
import { type ControlledProxy, connectToxiproxy } from "../toxiproxy/control.ts";
import { guestProxies } from "./guest-proxies.ts";
import {
  hasRedisToxics,
  loginIn,
  type Own,
  plainRedisUrl,
  type RedisWays,
  urlThrough,
} from "./redis-ways.ts";

/** Whose proxies. */
export interface UsedRedisWaysOptions {
  /** The control API of the Toxiproxy that has them. */
  readonly toxiproxyUrl: string;
  /** One a replica, in their order. @default those called `gateway-<number>`, in the order of their numbers */
  readonly proxies: readonly string[] | null;
  readonly replicas: number;
  /** Says who may ask Redis; `null`: everybody may. */
  readonly redisUrl: string | null;
  /** Registers what must be undone even when this is cut short. @default nobody does */
  readonly own?: Own;
}

/**
 * The ways to Redis that running gateways have, through proxies that others have made: disposing leaves these as they
 * were found. A `Refusal` if there is not one for each replica, or if Redis does not answer us through it.
 */
export async function usedRedisWays(options: UsedRedisWaysOptions): Promise<RedisWays> {
  const { toxiproxyUrl, proxies, replicas, own = (thing) => thing } = options;
  const redis = plainRedisUrl(options.redisUrl ?? "redis://127.0.0.1");
  await using stack = new AsyncDisposableStack();
  const control = await connectToxiproxy(toxiproxyUrl);
  const known = await control.proxyNames();
  const names = proxies ?? numberedNames(known, replicas, control.url);
  for (const name of names) requireKnown(name, known);
  const ways: RedisWay[] = [];
  const guests = stack.use(own(guestProxies(control.url)));
  for (const [replica, name] of names.entries()) {
    const proxy = await guests.used(name, () => control.useProxy(name));
    ways.push({ replica, proxy, probe: tcpRedisProbe(proxy.host, proxy.port, loginIn(redis)) });
  }
  for (const way of ways) await requireAnswer(way);
  const knowsRedisToxics = await hasRedisToxics(ways);
  const version = await control.version();
  const owned = stack.move();
  return {
    ways,
    url: (replica) => urlThrough(redis, ways[replica]),
    origin: `${names.join(", ")} of the Toxiproxy at ${control.url}, ${version}`,
    knowsRedisToxics,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function numberedNames(known: readonly string[], replicas: number, url: string): readonly string[] {
  const numberOf = (name: string) => Number(/^gateway-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  const numbered = known.filter((name) => !Number.isNaN(numberOf(name)));
  if (numbered.length === replicas) return numbered.toSorted((a, b) => numberOf(a) - numberOf(b));
  throw new Refusal(
    `The Toxiproxy at ${url} has ${numbered.length} proxies called gateway-<number> for ${replicas} URLs: name one for each with --proxies.`,
  );
}

function requireKnown(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearestName(name, known);
  const hint = near === null ? `there are: ${known.join(", ") || "none"}` : `did you mean ${near}?`;
  throw new Refusal(`There is no proxy called "${name}": ${hint}`);
}

async function requireAnswer({ probe, proxy }: RedisWay): Promise<void> {
  const answer = await probe.ask(["PING"], 5_000);
  if (answer.kind === "answered") return;
  throw new Refusal(
    answer.kind === "error"
      ? `Redis does not let us ask it through the proxy ${proxy.name} (${answer.message}): give its password with --redis.`
      : `Redis does not answer through the proxy ${proxy.name} at ${placeOf(proxy)} (${answer.kind}): it must be reachable from here, so that its faults can be seen.`,
  );
}

function placeOf({ host, port }: ControlledProxy): string {
  return `${host}:${port}`;
}
