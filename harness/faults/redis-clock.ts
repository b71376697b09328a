import type { Bounds } from "../system/gateway-steering.ts";
import { patienceMs } from "./ask-each.ts";
import { aheadBounds, aheadWords, hasJumped, isBack, jumpWords } from "./clock-bounds.ts";
import { eventually } from "./eventually.ts";
import type { Fault } from "./fault.ts";
import { redisFault, type Way } from "./redis-fault.ts";
import { replicaWords } from "./seen-words.ts";

/** How far. */
export interface RedisClockOptions {
  /** Negative: back. */
  readonly jumpMs: number;
}

/**
 * Redis's wall clock jumps, and back when it is healed. Keys live by it: with a jump ahead, or the end of one back, all
 * that would have expired meanwhile is gone.
 */
export function redisClock({ jumpMs }: RedisClockOptions): Fault {
  if (!Number.isFinite(jumpMs)) throw new RangeError(`jumpMs of redis-clock is ${jumpMs}`);
  return redisFault({
    name: "redis-clock",
    legend: `Redis's clock jumps ${jumpWords(jumpMs)}`,
    clockStepMs: jumpMs,
    needs: ["own-redis", "faketime"],
    async breakRedis({ controls: { setClock }, ways, undo }) {
      if (setClock === null) throw new Error("redis-clock needs a Redis that was started under libfaketime");
      const before = await clocksOf(ways);
      if (before === null) throw new Error("Redis does not tell the time");
      undo.defer(() => setClock(0));
      await setClock(jumpMs);
      const hasMoved = (each: Bounds, now: Bounds) => hasJumped(each, now, jumpMs);
      return {
        verify: () => seeClocks(ways, before, hasMoved, 1_000),
        verifyHealed: () => seeClocks(ways, before, isBack),
      };
    },
  });
}

function seeClocks(
  ways: readonly Way[],
  before: readonly Bounds[],
  isRight: (before: Bounds, now: Bounds) => boolean,
  withinMs?: number,
): Promise<string | null> {
  return eventually(async () => {
    const now = await clocksOf(ways);
    const pairs = before.map((each, index) => [each, now?.[index]] as const);
    if (now === null || !pairs.every(([was, is]) => is !== undefined && isRight(was, is))) return null;
    return `TIME is ahead of the machine's clock by ${aheadWords(now)} on ${replicaWords(ways)} (before: ${aheadWords(before)})`;
  }, withinMs);
}

/** How far it is ahead on each path; `null` if one does not tell. */
async function clocksOf(ways: readonly Way[]): Promise<readonly Bounds[] | null> {
  const clocks = await Promise.all(
    ways.map(async ({ probe }) => {
      const beforeMs = Date.now();
      const answer = await probe.ask(["TIME"], patienceMs);
      if (answer.kind !== "answered") return null;
      const [seconds = 0, micros = 0] = answer.reply.split(" ").map(Number);
      return aheadBounds(seconds * 1_000 + micros / 1_000, beforeMs, Date.now());
    }),
  );
  const told = clocks.filter((clock) => clock !== null);
  return told.length === ways.length && told.length > 0 ? told : null;
}
