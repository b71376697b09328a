import { join } from "node:path";
import type { StartedRedisContainer } from "@testcontainers/redis";
import { askRedis } from "../redis/ask-redis.ts";
import { isNewEnough, oldestRedis, type StartOptions } from "../redis/source.ts";
import type { RedisServer } from "../redis-server.ts";
import { appendTo } from "./container-log.ts";
import { imageRefusal } from "./image-refusal.ts";
import { majorVersionOf } from "./images.ts";
import { publishOnLoopback, reachableHost } from "./on-loopback.ts";

const alias = "redis";
const port = 6379;

/**
 * Starts a Redis of our own in a container: published on 127.0.0.1, without persistence, on a network of its own that
 * Toxiproxy can join. Disposing it removes both; Ryuk does when the harness is killed. A `Refusal` if it does not come
 * up.
 */
export async function startRedisContainer(image: string, options: StartOptions): Promise<RedisServer> {
  options.onProgress(`starting Redis in Docker (${image}, pulled first if it is absent)`);
  await using stack = new AsyncDisposableStack();
  const { Network } = await import("testcontainers");
  try {
    const network = await new Network().start();
    stack.defer(async () => void (await network.stop()));
    const container = await startContainer(image, network, options);
    stack.defer(async () => void (await container.stop()));
    const url = `redis://${reachableHost(container.getHost())}:${container.getPort()}`;
    const { version } = await askRedis(url, 5000);
    if (!isNewEnough(version)) throw new Error(`it has Redis ${version}, older than ${oldestRedis}`);
    return server({ url, version, origin: `${image} in Docker`, network: network.getName() }, stack.move());
  } catch (cause) {
    throw imageRefusal(image, "GATECRASH_REDIS_IMAGE", cause);
  }
}

async function startContainer(
  image: string,
  network: import("testcontainers").StartedNetwork,
  { runFolder }: StartOptions,
): Promise<StartedRedisContainer> {
  const [{ RedisContainer }, { getContainerRuntimeClient }] = await Promise.all([
    import("@testcontainers/redis"),
    import("testcontainers"),
  ]);
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  class LoopbackRedis extends RedisContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      publishOnLoopback(this.hostConfig, host);
    }
  }
  return new LoopbackRedis(image)
    .withCommand(["redis-server", ...configuration(image)])
    .withNetwork(network)
    .withNetworkAliases(alias)
    .withLogConsumer(appendTo(join(runFolder, "logs", "redis.log")))
    .start();
}

function configuration(image: string): string[] {
  const options = {
    save: "",
    appendonly: "no",
    // Who connects comes over Docker's bridge, never from Redis's own loopback; only 127.0.0.1 is published.
    "protected-mode": "no",
    // Faults need DEBUG, which is switched off by default since version 7; older ones do not know the option.
    ...((majorVersionOf(image) ?? 7) >= 7 ? { "enable-debug-command": "yes" } : {}),
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

interface Started {
  readonly url: string;
  readonly version: string;
  readonly origin: string;
  readonly network: string;
}

function server({ network, ...told }: Started, owned: AsyncDisposableStack): RedisServer {
  let disposed: Promise<void> | undefined;
  return {
    ...told,
    owned: true,
    controls: null,
    pid: null,
    container: { network, address: `${alias}:${port}` },
    [Symbol.asyncDispose]: () => {
      disposed ??= owned.disposeAsync();
      return disposed;
    },
  };
}
