import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { chooseVariant } from "../../cli/catalogue.ts";
import { startedGateways } from "../../targets/started-gateways.ts";
import { type BlockSite, type Reading, startBlockSite } from "./block-site.ts";

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

  /** What a reading seems to have cost that follows upon another, with a look in between whether Redis rests: the median. */
  async function emptyPairs(count: number) {
    const readings = [await site.reading()];
    while (readings.length <= count) {
      await site.rest();
      readings.push(await site.reading());
    }
    const usual = (of: (reading: Reading) => number): number => {
      const steps = readings.slice(1).map((one, index) => of(one) - of(readings[index] ?? one));
      return steps.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
    };
    return {
      gatewayCpuUs: usual(({ gatewayCpuUs }) => gatewayCpuUs ?? Number.NaN),
      redisCpuUs: usual(({ redisCpuUs }) => redisCpuUs),
      reads: usual(({ reads }) => reads),
      commands: usual(({ commands }) => commands),
    };
  }

  it("that was weighed is not charged for being read", async () => {
    // Warm, as blocks find it.
    await emptyPairs(15);
    const charged = await emptyPairs(15);
    await site.weigh();
    const weighed = await emptyPairs(15);
    expect(charged.gatewayCpuUs).toBeGreaterThan(0);
    expect(charged.redisCpuUs).toBeGreaterThan(0);
    expect(weighed.gatewayCpuUs).toBeLessThan(charged.gatewayCpuUs / 2);
    expect(weighed.redisCpuUs).toBeLessThan(charged.redisCpuUs / 2);
    expect(weighed).toMatchObject({ reads: 0, commands: 0 });
  });
});
