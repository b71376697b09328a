import { once } from "node:events";
import { Redis } from "ioredis";

/** A connection of a peer's own. With `auto`, ioredis sends the commands of one turn of the event loop together. */
export async function ownClient(redis: string, pipelining: "off" | "auto"): Promise<Redis> {
  const client = new Redis(redis, { enableAutoPipelining: pipelining === "auto", enableOfflineQueue: false });
  await once(client, "ready");
  return client;
}
