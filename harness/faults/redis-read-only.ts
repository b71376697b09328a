import { randomUUID } from "node:crypto";
import { freePort } from "../system/free-port.ts";
import { tellRedis } from "../system/redis/tell-redis.ts";
import { allReply, askEach } from "./ask-each.ts";
import type { Fault } from "./fault.ts";
import { redisFault } from "./redis-fault.ts";
import { seeRefusedWrites, seeWrites, tryWrites } from "./see-writes.ts";

/**
 * Redis follows a master that is not there, as one that was demoted: every write is answered with an error (READONLY).
 * It keeps its data, and serves it.
 */
export function redisReadOnly(): Fault {
  return redisFault({
    name: "redis-read-only",
    legend: "Redis is read-only",
    async breakRedis({ url, ways, undo }) {
      const before = await tryWrites(ways);
      const marker = `gatecrash:marker:${randomUUID()}`;
      await tellRedis(url, ["SET", marker, "kept", "PX", "3600000"]);
      undo.defer(async () => void (await tellRedis(url, ["DEL", marker])));
      undo.defer(async () => void (await tellRedis(url, ["REPLICAOF", "NO", "ONE"])));
      await tellRedis(url, ["REPLICAOF", "127.0.0.1", String(await freePort())]);
      return {
        async verify() {
          const refused = await seeRefusedWrites(ways, before, "READONLY ");
          const read = await askEach(ways, ["GET", marker]);
          return refused !== null && allReply(read, (reply) => reply === "kept")
            ? `${refused}; a key from before is still read`
            : null;
        },
        verifyHealed: () => seeWrites(ways),
      };
    },
  });
}
