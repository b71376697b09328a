import { described } from "./described.ts";
import { isRecord, wrongNames } from "./wrong-names.ts";

/** Everything that is wrong with the option `redis`, whatever it is. */
export function redisMistakes(redis: unknown): readonly string[] {
  if (typeof redis === "string") return urlMistakes(redis, "redis");
  if (redis === undefined)
    return ["redis is missing; give a URL like redis://127.0.0.1:6379, an ioredis client, or { cluster }"];
  const mistake = clientMistake(redis, "redis");
  if (mistake === undefined) return [];
  if (isClient(redis) || !isRecord(redis) || redis.cluster === undefined) return [mistake];
  const { cluster } = redis;
  return [
    ...wrongNames(redis, ["cluster"], "redis."),
    ...(Array.isArray(cluster)
      ? clusterMistakes([...cluster])
      : [`cluster is ${described(cluster)}; give a list of its nodes, like redis://127.0.0.1:6379`]),
  ];
}

function clusterMistakes(nodes: readonly unknown[]): readonly string[] {
  if (nodes.length === 0) return ["cluster is empty; give at least one node, like redis://127.0.0.1:6379"];
  const what = "a node of the cluster";
  return nodes.flatMap((node) =>
    typeof node === "string"
      ? [...urlMistakes(node, what), ...databaseMistakes(node)]
      : (clientMistake(node, what) ?? []),
  );
}

/** Undefined for an ioredis client of one server. */
function clientMistake(value: unknown, what: string): string | undefined {
  if (!isClient(value))
    return `${what} is ${described(value)}; give a URL like redis://127.0.0.1:6379, or an ioredis client`;
  if (value.isCluster !== true) return undefined;
  return `${what} is an ioredis Cluster; give { cluster: [...] } with some of its nodes, each a URL or a client`;
}

/** Whether ioredis has made it: other libraries' clients have options too, and mean something else by them. */
function isClient(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && isRecord(value.options) && typeof value.defineCommand === "function";
}

function urlMistakes(redis: string, option: string): readonly string[] {
  const protocol = URL.canParse(redis) ? new URL(redis).protocol : "";
  if (["redis:", "rediss:"].includes(protocol)) return [];
  return [`${option} is not a redis:// or rediss:// URL; write it like redis://127.0.0.1:6379`];
}

function databaseMistakes(url: string): readonly string[] {
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  if (["", "/", "/0"].includes(path)) return [];
  return [`a node of the cluster has the path "${path}"; a cluster has no databases, leave it out`];
}
