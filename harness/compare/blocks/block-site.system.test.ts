import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { chooseVariant } from "../../cli/catalogue.ts";
import { startedGateways } from "../../targets/started-gateways.ts";
import { type BlockSite, startBlockSite } from "./block-site.ts";

describe("a gateway of which blocks are measured", () => {
  const sites = new AsyncDisposableStack();
  let site: BlockSite;
  beforeAll(async () => {
    const runFolder = await mkdtemp(join(tmpdir(), "gatecrash-site-"));
    sites.defer(() => rm(runFolder, { recursive: true, force: true }));
    const chosen = await chooseVariant("sliding-log");
    const target = startedGateways(chosen);
    const order = {
      ...{
        policies: [{ name: "tiny", limit: 100, windowMs: 1_000 }],
        replicas: 1,
        seed: 1,
        toxiproxyUrl: null,
      },
      ...{ redisUrl: inject("redisUrl"), system: "auto" as const, runFolder, onStep() {} },
    };
    const redis = await target.redis(order, null);
    if (redis === null) throw new Error("There is no Redis.");
    sites.use(redis);
    const signal = new AbortController().signal;
    site = sites.use(
      await startBlockSite(target, order, redis, {
        ...{ signal, own: (thing) => thing, onStep() {}, onLive() {} },
      }),
    );
  });
  afterAll(() => sites.disposeAsync());

  /** What `count` pairs of readings with nothing in between, but a look whether Redis rests, seem to have cost. */
  async function emptyPairs(count: number) {
    const first = await site.reading();
    for (let left = count; left > 0; left--) {
      await site.rest();
      await site.reading();
    }
    const last = await site.reading();
    return {
      gatewayCpuUs: (last.gatewayCpuUs ?? Number.NaN) - (first.gatewayCpuUs ?? Number.NaN),
      redisCpuUs: last.redisCpuUs - first.redisCpuUs,
      reads: last.reads - first.reads,
      commands: last.commands - first.commands,
    };
  }

  it("that was weighed is not charged for being read", async () => {
    // Warm, as blocks find it.
    await emptyPairs(5);
    const charged = await emptyPairs(10);
    await site.weigh();
    const weighed = await emptyPairs(10);
    expect(charged.gatewayCpuUs).toBeGreaterThan(0);
    expect(charged.redisCpuUs).toBeGreaterThan(0);
    expect(weighed.gatewayCpuUs).toBeLessThan(charged.gatewayCpuUs / 2);
    expect(weighed.redisCpuUs).toBeLessThan(charged.redisCpuUs / 2);
    expect(weighed).toMatchObject({ reads: 0, commands: 0 });
  });
});
