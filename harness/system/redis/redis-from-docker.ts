import type { RedisSource } from "./source.ts";

/** A Redis in a container. This version has none. */
export function redisFromDocker(): RedisSource {
  return {
    name: "Docker",
    find: async () => ({ found: false, reason: "this version does not start containers yet" }),
  };
}
