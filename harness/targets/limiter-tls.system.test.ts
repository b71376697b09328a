import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { createLimiter } from "../../limiter/limiter.ts";
import type { LimiterOptions } from "../../limiter/limiter-options.ts";
import { freePort } from "../system/free-port.ts";
import { provideRedis } from "../system/provide-redis.ts";
import { until } from "../system/until.ts";
import { expectNoLostRejections } from "./no-lost-rejections.ts";

const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(folder, { recursive: true }));

expectNoLostRejections();

const key = join(folder, "key.pem");
const certificate = join(folder, "certificate.pem");
/** A certificate that signs itself, for 127.0.0.1. */
const made = spawnSync("openssl", [
  ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
  ...[
    "-subj",
    "/CN=gatecrash",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
    "-keyout",
    key,
    "-out",
    certificate,
  ],
]);

/** A Redis of the test's own, and its port for TLS. */
async function redisWithTls(settings: Readonly<Record<string, string | number>> = {}) {
  const port = await freePort();
  const tls = {
    "tls-port": port,
    "tls-cert-file": certificate,
    "tls-key-file": key,
    "tls-ca-cert-file": certificate,
    "tls-auth-clients": "no",
  };
  const redis = await provideRedis({
    system: "local",
    runFolder: folder,
    onProgress() {},
    settings: { ...tls, ...settings },
  });
  return { ...redis, port };
}

/** One that is a cluster by itself, whose nodes are told of by their ports for TLS. */
async function clusterWithTls() {
  const busPort = await freePort();
  const redis = await redisWithTls({
    "cluster-enabled": "yes",
    "cluster-port": busPort,
    "tls-cluster": "yes",
  });
  const client = new Redis(redis.url);
  await client.call("cluster", "addslotsrange", "0", "16383");
  await until(async () => String(await client.call("cluster", "info")).includes("cluster_state:ok"));
  client.disconnect();
  return redis;
}

/** Knows the certificate; the limiter makes a connection of its own. */
const trusting = (port: number) =>
  new Redis({ host: "127.0.0.1", port, tls: { ca: readFileSync(certificate) }, lazyConnect: true });

const limiterOf = (redis: LimiterOptions["redis"]) =>
  createLimiter({
    redis,
    policies: [{ name: "p", limit: 5, windowMs: 3_600_000, fallback: "closed" }],
    deadlineMs: 2_000,
  });

async function admitsItsLimit(redis: LimiterOptions["redis"]): Promise<void> {
  await using limiter = limiterOf(redis);
  expect(await limiter.connected(10_000)).toBe(true);
  const decisions = await Promise.all(Array.from({ length: 8 }, () => limiter.decide("alice")));
  expect(decisions.filter(({ outcome }) => outcome === "allowed")).toHaveLength(5);
  expect(decisions.map(({ source }) => source)).toEqual(decisions.map(() => "redis"));
}

describe.skipIf(made.status !== 0)("a limiter whose Redis speaks TLS", () => {
  it("asks it if it knows the certificate, and does not if it does not", async () => {
    await using redis = await redisWithTls();
    await admitsItsLimit(trusting(redis.port));
    await using distrusting = limiterOf(`rediss://127.0.0.1:${redis.port}`);
    expect(await distrusting.connected(300)).toBe(false);
    expect((await distrusting.decide("alice")).outcome).toBe("unavailable");
  });

  it("asks the nodes of a cluster in the same way", async () => {
    await using redis = await clusterWithTls();
    await admitsItsLimit({ cluster: [trusting(redis.port)] });
  });
});
