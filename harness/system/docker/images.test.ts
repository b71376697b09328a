import { expect, test } from "vitest";
import { majorVersionOf, redisImage, toxiproxyImage } from "./images.ts";

test.each([
  ["redis:7.4-alpine", 7],
  ["redis:8", 8],
  ["valkey/valkey:8.1", 8],
  ["registry.example.com:5000/redis:6.2", 6],
  ["registry.example.com:5000/redis", undefined],
  ["redis:7.2@sha256:0123456789abcdef", 7],
  ["redis@sha256:0123456789abcdef", undefined],
  ["redis:latest", undefined],
  ["redis", undefined],
])("the tag of %s tells version %s", (image, version) => {
  expect(majorVersionOf(image)).toBe(version);
});

test("the environment names other images", () => {
  const env = { GATECRASH_REDIS_IMAGE: "mine:1", GATECRASH_TOXIPROXY_IMAGE: "mine:2" };
  expect([redisImage(env), toxiproxyImage(env)]).toEqual(["mine:1", "mine:2"]);
  expect([redisImage({}), toxiproxyImage({})]).toEqual([
    "redis:7.4-alpine",
    "ghcr.io/shopify/toxiproxy:2.12.0",
  ]);
});
