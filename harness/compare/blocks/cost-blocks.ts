import { type Random, seededRandom } from "../../load/random.ts";
import type { RunWatch } from "../../run/run-request.ts";
import { leasedFolder } from "../../system/leased-folder.ts";
import type { RedisServer } from "../../system/redis-server.ts";
import type { Target, TargetOrder } from "../../targets/target.ts";
import type { BlockMeasure } from "../comparison.ts";
import { pacedPart, saturatingPart, warmupPart } from "./block-load.ts";
import { blockNumbers } from "./block-numbers.ts";
import { type BlockSite, startBlockSite } from "./block-site.ts";
import { sendPart } from "./send-part.ts";

/** Which blocks. */
export interface CostBlocksRequest extends Omit<TargetOrder, "runFolder" | "onStep" | "replicas"> {
  readonly targets: readonly Target[];
  /** Of each. */
  readonly blocks: number;
  /** Blocks that all were measured in earlier, and that are left out. @default none */
  readonly isDone?: (block: number) => boolean;
  /** What the one gateway of each is asked, in its paced parts. */
  readonly ratePerSecond: number;
}

/** Who watches blocks. */
export interface BlocksWatch extends RunWatch {
  /** What it returns is awaited. */
  readonly onBlock: (name: string, measure: BlockMeasure) => void | Promise<void>;
  /** All who could be were measured in `block`; what it returns is awaited. @default nobody is told */
  readonly onRound?: (block: number) => void | Promise<void>;
  /** It could not be run, or no further; its later blocks are left out. */
  readonly onFailure: (name: string, reason: string) => void;
}

/**
 * What decisions cost: one gateway of each target, all alive from the first block to the last, at one Redis, are asked in
 * turns for three seconds at a time, in the same block all the same. What disturbs the machine for a while so
 * disturbs all of them, and nothing is measured of a gateway that has not been warmed up. Each block has an order of its
 * own, drawn from the seed: what one leaves behind in Redis, keys that expire, falls not always on the same next.
 */
export async function costBlocks(request: CostBlocksRequest, watch: BlocksWatch): Promise<void> {
  const { targets, blocks, seed, ratePerSecond, isDone = () => false } = request;
  const rounds = Array.from({ length: blocks }, (_, index) => index + 1).filter((block) => !isDone(block));
  const [first] = targets;
  if (first === undefined || rounds.length === 0) return;
  await using folder = watch.own(leasedFolder("blocks"));
  const order = { ...request, replicas: 1, runFolder: folder.path, onStep: watch.onStep };
  await using redis = await first.redis(order, null);
  if (redis === null) return;
  watch.own(redis);
  await using sites = new AsyncDisposableStack();
  const alive = new Map<string, BlockSite>();
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      watch.signal.throwIfAborted();
      alive.delete(name);
      watch.onFailure(name, error instanceof Error ? error.message : String(error));
    }
  };
  for (const target of targets)
    await attempt(target.name, async () => {
      alive.set(target.name, sites.use(await warmSite(target, order, redis, watch)));
    });
  for (const block of rounds) {
    for (const [name, site] of shuffled([...alive], seededRandom(seed, `block ${block}`)))
      await attempt(name, async () => {
        const numbers = await oneBlock(site, { ratePerSecond, seed: seed + block - 1 }, watch.signal);
        await watch.onBlock(name, { block, numbers });
      });
    await watch.onRound?.(block);
  }
}

/** Started, and asked until Node has compiled what it runs. */
async function warmSite(
  target: Target,
  order: TargetOrder,
  redis: RedisServer,
  watch: RunWatch,
): Promise<BlockSite> {
  watch.onStep(`warming up ${target.name}`);
  const site = await startBlockSite(target, order, redis, watch);
  await sendPart(site, warmupPart, order.seed, watch.signal);
  await site.rest();
  await site.weigh();
  return site;
}

async function oneBlock(
  site: BlockSite,
  { ratePerSecond, seed }: { readonly ratePerSecond: number; readonly seed: number },
  signal: AbortSignal,
): Promise<BlockMeasure["numbers"]> {
  const before = await site.reading();
  const paced = await sendPart(site, pacedPart(ratePerSecond), seed, signal);
  await site.rest();
  const after = await site.reading();
  const saturated = await sendPart(site, saturatingPart, seed, signal);
  await site.rest();
  return blockNumbers({ paced, saturated, before, after });
}

/** In an order in which each is as likely as every other (Fisher and Yates). */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let left = order.length; left > 1; left--) {
    const [chosen] = order.splice(Math.floor(random() * left), 1);
    if (chosen !== undefined) order.push(chosen);
  }
  return order;
}
