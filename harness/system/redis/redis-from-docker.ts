import { type AskDockerOptions, askDocker } from "../docker/ask-docker.ts";
import { redisImage } from "../docker/images.ts";
import type { RedisSource } from "./source.ts";

/** A Redis in a container (`GATECRASH_REDIS_IMAGE` names another image), if a Docker answers within two seconds. */
export function redisFromDocker(options: AskDockerOptions = {}): RedisSource {
  return {
    name: "Docker",
    async find() {
      const docker = await askDocker(options);
      if (!docker.answers) return { found: false, reason: `no Docker answers: ${docker.reason}` };
      const image = redisImage();
      return {
        found: true,
        origin: `${image} in Docker ${docker.version} at ${docker.url}`,
        start: async (options) => {
          // With it comes testcontainers, half a second of loading that nobody else should pay for.
          const { startRedisContainer } = await import("../docker/redis-container.ts");
          return startRedisContainer(image, options);
        },
      };
    },
  };
}
