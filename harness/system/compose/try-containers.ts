import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { connectToxiproxy } from "../../toxiproxy/control.ts";
import { redisFromDocker } from "../redis/redis-from-docker.ts";
import { toxiproxyFromDocker } from "../toxiproxy-from-docker.ts";

/**
 * What testcontainers is used for, once by hand: Redis and Toxiproxy come up, two replicas reach Redis through a proxy
 * each, one proxy breaks and heals without the other noticing. Throws when anything of that is not seen.
 */
const found = await redisFromDocker().find();
if (!found.found) throw new Error(found.reason);
const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-try-"));
const options = { runFolder, onProgress: console.log };
await using redis = await found.start(options);
await using toxiproxy = await toxiproxyFromDocker(redis, options);
const control = await connectToxiproxy(toxiproxy.url);
console.log(`Redis ${redis.version} and Toxiproxy ${await control.version()} answer`);

const ways = await Promise.all([0, 1].map(way));
for (const { client } of ways) await client.debug("SLEEP", "0");
console.log("DEBUG is allowed through both proxies");
const [broken, other] = ways;
await broken?.proxy.disable();
await expectAnswers([false, true]);
await broken?.proxy.enable();
await expectAnswers([true, true]);
await other?.proxy.add({ type: "timeout", stream: "downstream", attributes: { timeout: 0 } });
await expectAnswers([true, false]);
await other?.proxy.removeAllToxics();
await expectAnswers([true, true]);
for (const { client } of ways) client.disconnect();
rmSync(runFolder, { recursive: true });

async function way(replica: number) {
  const { listen, host, port } = toxiproxy.place(replica);
  const proxy = await control.createProxy({ name: `try-${replica}`, listen, upstream: toxiproxy.upstream });
  const client = new Redis({
    host,
    port,
    commandTimeout: 500,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 50,
  });
  client.on("error", () => undefined);
  return { proxy, client };
}

/** Waits until each replica's way to Redis is as it should be. */
async function expectAnswers(expected: readonly boolean[]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const seen = await Promise.all(ways.map(({ client }) => client.ping().then(Boolean, () => false)));
    if (seen.join() === expected.join()) return console.log(`Redis answers to replicas: ${seen.join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it is not seen that Redis answers to replicas: ${expected.join(", ")}`);
}
