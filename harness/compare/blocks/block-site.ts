import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { authorityOf } from "../../engines/authority-of.ts";
import type { Endpoint } from "../../engines/engine.ts";
import { median } from "../../median.ts";
import { metricValue } from "../../metrics/metric-value.ts";
import type { RunWatch } from "../../run/run-request.ts";
import type { RedisServer } from "../../system/redis-server.ts";
import type { Target, TargetOrder } from "../../targets/target.ts";

/** One gateway of a contestant, kept alive between its blocks. */
export interface BlockSite extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** Begins every key that it is asked for: no two sites share one. */
  readonly runId: string;
  /** What the gateway and Redis have used so far, by their own counters. */
  readonly reading: () => Promise<Reading>;
  /** Learns what a reading costs, which is taken off from then on: of a gateway that is warm, and asked nothing else. */
  readonly weigh: () => Promise<void>;
  /** Resolves when Redis is asked nothing any more, so that what one left undone costs no other; not later than in 5 s. */
  readonly rest: () => Promise<void>;
}

/**
 * Counters since a process began, less what reading them cost, as far as that is known: in Redis's commands, reads and
 * bytes at once, in processor time once the site was weighed. `null` where nobody counts.
 */
export interface Reading {
  readonly gatewayCpuUs: number | null;
  readonly redisCpuUs: number;
  readonly commands: number;
  /** Times that Redis read from a client: what arrives together is read together. */
  readonly reads: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A reading costs what the median of so many did. */
const weighings = 9;

/** Redis is at rest when it was asked nothing for so long, in milliseconds. */
const restMs = 50;
const restWithinMs = 5_000;

/** Starts one gateway of `target` at `redis`, for the watch to own. Throws what keeps it from starting. */
export async function startBlockSite(
  target: Target,
  order: TargetOrder,
  redis: RedisServer,
  watch: RunWatch,
): Promise<BlockSite> {
  const runId = randomBytes(6).toString("hex");
  const gateways = watch.own(
    await target.gateways({ ...order, replicas: 1 }, { runId, redis, ways: null, steering: null }),
  );
  const [endpoint] = gateways.endpoints;
  if (endpoint === undefined) throw new RangeError("No gateway was started.");
  const ask = redisReader(redis.url);
  let scrapes = 0;
  let scrapeUs = 0;
  const reading = async (): Promise<Reading> => {
    const cpuUs = await cpuOf(endpoint);
    scrapes++;
    return { gatewayCpuUs: cpuUs === null ? null : cpuUs - scrapes * scrapeUs, ...(await ask.read()) };
  };
  return {
    endpoint,
    runId,
    reading,
    async rest() {
      const patience = AbortSignal.timeout(restWithinMs);
      let [last, now] = [Number.NaN, (await ask.read()).commands];
      while (now !== last && !patience.aborted) {
        await sleep(restMs);
        [last, now] = [now, (await ask.read()).commands];
      }
    },
    async weigh() {
      const seen = [{ ...(await reading()), asked: ask.asked() }];
      while (seen.length <= weighings) {
        // As `rest` looks where Redis rests: one reading right after another costs a process less than one that has waited.
        await ask.read();
        await sleep(restMs);
        await ask.read();
        seen.push({ ...(await reading()), asked: ask.asked() });
      }
      scrapeUs += usualStep(seen.map(({ gatewayCpuUs }) => gatewayCpuUs ?? 0));
      ask.takeOff(
        usualStep(seen.map(({ redisCpuUs }) => redisCpuUs)) / usualStep(seen.map(({ asked }) => asked)),
      );
    },
    async [Symbol.asyncDispose]() {
      ask.end();
      await gateways[Symbol.asyncDispose]();
    },
  };
}

/** The median of what each of `values` has over the one before. */
function usualStep(values: readonly number[]): number {
  return median(values.slice(1).map((value, index) => value - (values[index] ?? Number.NaN)));
}

async function cpuOf(endpoint: Endpoint): Promise<number | null> {
  const response = await fetch(`http://${authorityOf(endpoint)}/metrics`, {
    headers: { connection: "close" },
    signal: AbortSignal.timeout(5_000),
  });
  const seconds = metricValue(await response.text(), "process_cpu_seconds_total");
  return seconds === null ? null : seconds * 1_000_000;
}

/** `info` on the wire. */
const questionBytes = Buffer.byteLength("*1\r\n$4\r\ninfo\r\n");

/** Reads INFO over a connection of its own, and takes off what its readings have cost. */
function redisReader(url: string) {
  // A bulk string, whose length on the wire we know.
  const redis = new Redis(url, { protocol: 2, connectionName: "gatecrash-harness-blocks" });
  redis.on("error", () => {});
  let readings = 0;
  let answered = 0;
  let readingUs = 0;
  return {
    async read(): Promise<Omit<Reading, "gatewayCpuUs">> {
      const text = await redis.info();
      readings++;
      const number = (name: string): number =>
        Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1] ?? Number.NaN);
      // When Redis writes an answer it has counted the question, and the answer not yet.
      const before = answered;
      const length = Buffer.byteLength(text);
      answered += length + String(length).length + 5;
      return {
        redisCpuUs: 1_000_000 * (number("used_cpu_user") + number("used_cpu_sys")) - readings * readingUs,
        commands: number("total_commands_processed") - readings,
        reads: number("total_reads_processed") - readings,
        bytesIn: number("total_net_input_bytes") - readings * questionBytes,
        bytesOut: number("total_net_output_bytes") - before,
      };
    },
    /** How often it was read. */
    asked: () => readings,
    /** A reading costs Redis so much more processor time than was thought. */
    takeOff(us: number): void {
      readingUs += us;
    },
    end: () => redis.disconnect(),
  };
}
