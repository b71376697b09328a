/** The image that Redis runs in: `GATECRASH_REDIS_IMAGE`, else a pinned line of the official one. */
export function redisImage(env: NodeJS.ProcessEnv = process.env): string {
  return env.GATECRASH_REDIS_IMAGE || "redis:7.4-alpine";
}

/** The image that Toxiproxy runs in: `GATECRASH_TOXIPROXY_IMAGE`, else the official one. */
export function toxiproxyImage(env: NodeJS.ProcessEnv = process.env): string {
  return env.GATECRASH_TOXIPROXY_IMAGE || "ghcr.io/shopify/toxiproxy:2.12.0";
}

/** The major version that an image's tag tells (`redis:7.4-alpine` is 7); `undefined` if it tells none. */
export function majorVersionOf(image: string): number | undefined {
  const tag = /^[^@]*:v?(\d+)[^:/@]*(?:@|$)/.exec(image)?.[1];
  return tag === undefined ? undefined : Number(tag);
}
