import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { decideScript } from "./algorithms/decide-script.ts";
import { Batch } from "./batch.ts";
import { batchQueue } from "./batch-queue.ts";
import { type BatchSender, batchSender } from "./batch-sender.ts";
import { breaker, LONGEST_PROBE_MS } from "./breaker.ts";
import { gateMs, REPAIR_MS } from "./fallback/recovery.ts";
import { type GiveBacks, giveBacks } from "./give-backs.ts";
import { keepDeciding } from "./keep-deciding.ts";
import { type RedisGuard, redisGuard } from "./redis-guard.ts";
import { RECONNECTED_WITHIN_MS, type RedisLink, redisLink } from "./redis-link.ts";
import type { Place, RedisSide, RedisSideOptions } from "./redis-side.ts";
import { tellers } from "./tellers.ts";
import type { WithoutRedis } from "./without-redis.ts";

/** Connects to one Redis, which all keys are in. */
export function loneRedis(options: RedisSideOptions<string | Redis>): RedisSide {
  const { redis, deadlineMs, prefix, put, metrics } = options;
  const link = redisLink(redis, { deadlineMs });
  const debts = giveBacks((refund) => queue.add(refund));
  const withoutRedis = keepDeciding({
    ...options,
    add: (asking) => queue.add(asking),
    gateMs: longestGateMs(options),
    tellers: tellers(link, `${prefix}:telling`, randomUUID()),
    onKeys: metrics.fallbackKeys,
    onRepaired: () => debts.retry(),
  });
  const { sender, guard, close } = connection(link, options, debts, withoutRedis);
  const queue = batchQueue(
    () => new Batch(sender.keptKey, put.usual.length, 2 * deadlineMs),
    (batch, arrived) => {
      const refusal = guard.refusal();
      if (refusal === undefined) {
        sender.send(batch, arrived);
        return;
      }
      arrived();
      withoutRedis.lost(performance.now(), 0);
      batch.refuse(refusal);
    },
  );
  const { owe: giveBack, oweLater: giveBackLater } = debts;
  const context = { names: put.names, metrics, withoutRedis, giveBack, giveBackLater } as const;
  const place: Place = { context, add: queue.add };
  return { placeOf: () => place, connected: guard.connected, close };
}

/** Until every process has found a lone Redis again, and told it what it had admitted without, or has more to tell. */
export function longestGateMs({ deadlineMs }: { readonly deadlineMs: number }): number {
  const probeIntervalMs = Math.max(RECONNECTED_WITHIN_MS, LONGEST_PROBE_MS);
  return gateMs({ probeIntervalMs, deadlineMs, repairMs: REPAIR_MS });
}

function connection(
  link: RedisLink,
  { prefix, deadlineMs, put, metrics }: RedisSideOptions<string | Redis>,
  debts: GiveBacks,
  withoutRedis: WithoutRedis,
): { readonly sender: BatchSender; readonly guard: RedisGuard; readonly close: () => Promise<void> } {
  const sender = batchSender(link, {
    script: decideScript(put.algorithms, put.usual, put.keepMs),
    prefix,
    deadlineMs,
    keepMs: put.keepMs,
    onOutcome(trouble, sentMs) {
      if (trouble !== undefined) withoutRedis.lost(performance.now(), sentMs);
      guard.ended(trouble);
    },
    onStateLost() {
      debts.forget();
      withoutRedis.stateLost(performance.now());
    },
  });
  const guard = redisGuard({
    link,
    breaker: breaker({ random: Math.random }),
    greet: sender.greet,
    onGood() {
      const settled = sender.settle();
      withoutRedis.recovered(performance.now(), settled);
      if (withoutRedis.phase === "redis") debts.retry();
    },
    onBad: (sentMs) => withoutRedis.lost(performance.now(), sentMs),
    onState: metrics.breakerMoved,
  });
  link.onClosed((beganMs) => withoutRedis.lost(performance.now(), beganMs));
  const close = async (): Promise<void> => {
    guard.close();
    withoutRedis.close();
    await link.close();
  };
  return { sender, guard, close };
}
