import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "../../package-root.ts";
import { redisImage, toxiproxyImage } from "../docker/images.ts";

const service = z.object({
  image: z.string(),
  ports: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  stdin_open: z.boolean().default(false),
  build: z.object({ dockerfile: z.string() }).optional(),
  depends_on: z.array(z.string()).default([]),
});

const read = (file: string): string => readFileSync(join(packageRoot, file), "utf8");
const { services } = z
  .object({ services: z.record(z.string(), service) })
  .parse(parse(read("docker-compose.yml"), { merge: true }));
const all = Object.entries(services);
const gateways = all.filter(([name]) => name.startsWith("gateway-"));

test("the stack is Redis, Toxiproxy, three gateways, Prometheus and Grafana", () => {
  expect(Object.keys(services).toSorted()).toEqual(
    ["gateway-0", "gateway-1", "gateway-2", "grafana", "prometheus", "redis", "toxiproxy"].toSorted(),
  );
});

test.each(all)("%s publishes on 127.0.0.1 only, and on no port of another", (name, { ports }) => {
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  const others = all.filter(([other]) => other !== name).flatMap(([, other]) => other.ports.map(hostPort));
  expect(others.filter((port) => ports.map(hostPort).includes(port))).toEqual([]);
});

test("every published port is in the README", () => {
  const readme = read("README.md");
  const ports = all.flatMap(([, each]) => each.ports.map(hostPort));
  expect(ports.filter((port) => !readme.includes(port))).toEqual([]);
});

test.each(all)("every file that %s mounts exists, and cannot be written", (_name, { volumes }) => {
  for (const [file = "", , mode] of volumes.map((volume) => volume.split(":"))) {
    expect([existsSync(join(packageRoot, file)), mode]).toEqual([true, "ro"]);
  }
});

test.each(all)("the image of %s can be replaced or is built, and is pinned", (name, { image }) => {
  if (name.startsWith("gateway-")) expect(image).toBe("gatecrash-gateway");
  else expect(image).toMatch(/^\$\{GATECRASH_[A-Z]+_IMAGE:-[\w./-]+:v?\d[\w.-]*\}$/);
});

test("it uses the images that a run uses", () => {
  expect(services.redis?.image).toBe(`\${GATECRASH_REDIS_IMAGE:-${redisImage({})}}`);
  expect(services.toxiproxy?.image).toBe(`\${GATECRASH_TOXIPROXY_IMAGE:-${toxiproxyImage({})}}`);
});

test("each gateway reaches Redis through the proxy of its own name, and no other way", () => {
  const proxy = z.object({
    name: z.string(),
    listen: z.string(),
    upstream: z.string(),
    enabled: z.literal(true),
  });
  const proxies = z.array(proxy).parse(JSON.parse(read("harness/system/compose/toxiproxy.json")));
  expect(proxies.map(({ name }) => name)).toEqual(gateways.map(([name]) => name));
  for (const [index, [name, { environment, networks }]] of gateways.entries()) {
    const { listen = "", upstream } = proxies.find((each) => each.name === name) ?? {};
    const port = /^0\.0\.0\.0:(\d+)$/.exec(listen)?.[1];
    expect(environment).toMatchObject({
      REDIS_URL: `redis://toxiproxy:${port}`,
      REPLICA_INDEX: String(index),
      REPLICA_COUNT: String(gateways.length),
    });
    expect(upstream).toBe("redis:6379");
    expect(services.toxiproxy?.ports).toContain(`127.0.0.1:${port}:${port}`);
    expect(networks.filter((network) => services.redis?.networks.includes(network))).toEqual([]);
  }
  expect(services.toxiproxy?.networks).toEqual(expect.arrayContaining(services.redis?.networks ?? []));
});

test("their image is built once, before the others need it", () => {
  const [builder, ...others] = gateways.map(([name, each]) => ({ name, ...each }));
  expect(existsSync(join(packageRoot, builder?.build?.dockerfile ?? ""))).toBe(true);
  for (const each of others) {
    expect([each.build, each.depends_on]).toEqual([undefined, expect.arrayContaining([builder?.name])]);
  }
});

test("a gateway's standard input stays open, since its end is the gateway's", () => {
  expect(gateways.map(([, each]) => each.stdin_open)).toEqual([true, true, true]);
});

test("the policies of the gateways are JSON once the limit is filled in", () => {
  const texts = gateways.map(([, { environment }]) => environment.RATE_POLICIES ?? "");
  for (const text of texts) {
    const filled = text.replaceAll(/\$\{\w+:-(\d+)\}/g, "$1");
    expect(JSON.parse(filled)).toEqual([{ name: "per-client", limit: 100, windowMs: 10_000 }]);
  }
});

test("Prometheus scrapes every gateway where it listens", () => {
  const file = parse(read("harness/system/compose/prometheus.yml"));
  const targets = file.scrape_configs.flatMap((job: { static_configs: { targets: string[] }[] }) =>
    job.static_configs.flatMap((each) => each.targets),
  );
  const expected = gateways.map(([name, { ports }]) => `${name}:${ports[0]?.split(":")[2]}`);
  expect(targets.toSorted()).toEqual(expected.toSorted());
});

function hostPort(published: string): string {
  return published.split(":")[1] ?? "";
}
