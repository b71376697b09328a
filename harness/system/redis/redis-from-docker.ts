import { howToInstall, missingPackages } from "../../missing-packages.ts";
import { type AskDockerOptions, askDocker } from "../docker/ask-docker.ts";
import { redisImage } from "../docker/images.ts";
import type { RedisSource } from "./source.ts";

/** What is needed for containers, and does not come with an installed Gatecrash. */
const containers = ["testcontainers", "@testcontainers/redis", "@testcontainers/toxiproxy"] as const;

/** A Redis in a container (`GATECRASH_REDIS_IMAGE` names another image), if a Docker answers within two seconds. */
export function redisFromDocker(options: AskDockerOptions = {}): RedisSource {
  return {
    name: "Docker",
    async find() {
      const docker = await askDocker(options);
      if (!docker.answers) return { found: false, reason: `no Docker answers: ${docker.reason}` };
      const missing = missingPackages(containers);
      if (missing.length > 0)
        return { found: false, reason: `a Docker answers, but needs \`${howToInstall(missing)}\`` };
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
