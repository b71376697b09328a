import { join } from "node:path";
import { Refusal } from "../refusal.ts";
import { appendTo } from "./docker/container-log.ts";
import { imageRefusal } from "./docker/image-refusal.ts";
import { toxiproxyImage } from "./docker/images.ts";
import { publishOnLoopback, publishOnly, reachableHost } from "./docker/on-loopback.ts";
import type { StartOptions } from "./redis/source.ts";
import type { RedisServer } from "./redis-server.ts";

const controlPort = 8474;
/** As many replicas can have a proxy: half of the ports that the module would publish. */
const proxyPorts = Array.from({ length: 16 }, (_, replica) => 8666 + replica);

/** A Toxiproxy in a container, beside a Redis in a container. */
export interface ToxiproxyInDocker extends AsyncDisposable {
  /** Of its control API. */
  readonly url: string;
  /** Where its proxies reach Redis: their `upstream`. */
  readonly upstream: string;
  /** The place for the proxy of a replica, 0 to 15. */
  place(replica: number): ProxyPlace;
}

/** Where a proxy listens, seen from both sides of the container's wall. */
export interface ProxyPlace {
  /** As the API must be told: inside the container. */
  readonly listen: string;
  /** As programs of this machine reach it. */
  readonly host: string;
  readonly port: number;
}

/**
 * Starts Toxiproxy (`GATECRASH_TOXIPROXY_IMAGE` names another image) on the network of a Redis that runs in Docker;
 * dispose of it before that Redis. A `Refusal` if the Redis does not, or if it does not come up.
 */
export async function toxiproxyFromDocker(
  redis: RedisServer,
  { runFolder, onProgress }: StartOptions,
): Promise<ToxiproxyInDocker> {
  if (redis.container === undefined) {
    throw new Refusal(
      `Toxiproxy in Docker needs a Redis in Docker, not ${redis.origin}: use --system docker.`,
    );
  }
  const image = toxiproxyImage();
  onProgress(`starting Toxiproxy in Docker (${image}, pulled first if it is absent)`);
  try {
    const container = await startContainer(image, redis.container.network, runFolder);
    const host = reachableHost(container.getHost());
    return {
      url: `http://${host}:${container.getMappedPort(controlPort)}`,
      upstream: redis.container.address,
      place: (replica) => {
        const inside = proxyPorts[replica];
        if (inside === undefined) {
          throw new Refusal(`Toxiproxy in Docker has proxies for ${proxyPorts.length} replicas at most.`);
        }
        return { listen: `0.0.0.0:${inside}`, host, port: container.getMappedPort(inside) };
      },
      [Symbol.asyncDispose]: async () => void (await container.stop()),
    };
  } catch (cause) {
    throw imageRefusal(image, "GATECRASH_TOXIPROXY_IMAGE", cause);
  }
}

async function startContainer(
  image: string,
  network: string,
  runFolder: string,
): Promise<import("testcontainers").StartedTestContainer> {
  const [{ ToxiProxyContainer }, { getContainerRuntimeClient }] = await Promise.all([
    import("@testcontainers/toxiproxy"),
    import("testcontainers"),
  ]);
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  class LoopbackToxiproxy extends ToxiProxyContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      publishOnly(this.hostConfig, [controlPort, ...proxyPorts]);
      publishOnLoopback(this.hostConfig, host);
    }
  }
  return new LoopbackToxiproxy(image)
    .withNetworkMode(network)
    .withLogConsumer(appendTo(join(runFolder, "logs", "toxiproxy.log")))
    .start();
}
