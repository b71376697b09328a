import { expect, inject, test } from "vitest";
import { givenRedis } from "./redis/given-redis.ts";
import { toxiproxyFromDocker } from "./toxiproxy-from-docker.ts";

test("a Redis outside Docker is refused: a Toxiproxy in a container would not reach it", async () => {
  const redis = await givenRedis(inject("redisUrl"));
  const options = { runFolder: "unused", onProgress: () => expect.fail("nothing is started") };
  await expect(toxiproxyFromDocker(redis, options)).rejects.toThrow(
    /needs a Redis in Docker, not given: redis:/,
  );
});
