import type { Redis } from "ioredis";

/** Microseconds of CPU that Redis has used in its life. */
export async function redisCpuUs(redis: Redis): Promise<number> {
  const info = await redis.info("cpu");
  const seconds = ["used_cpu_user", "used_cpu_sys"].map((name) =>
    Number(new RegExp(`^${name}:([0-9.]+)`, "m").exec(info)?.[1] ?? Number.NaN),
  );
  return seconds.reduce((sum, s) => sum + s, 0) * 1_000_000;
}
