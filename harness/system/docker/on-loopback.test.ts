import { expect, test } from "vitest";
import { type Publishing, publishOnLoopback, publishOnly, reachableHost } from "./on-loopback.ts";

const published = (): Publishing => ({
  PortBindings: { "6379/tcp": [{ HostPort: "0" }], "1/tcp": [{ HostPort: "2" }] },
});

test.each(["localhost", "127.0.0.1"])("a Docker at %s publishes on 127.0.0.1 only", (host) => {
  const settings = published();
  publishOnLoopback(settings, host);
  expect(settings.PortBindings).toEqual({
    "6379/tcp": [{ HostPort: "0", HostIp: "127.0.0.1" }],
    "1/tcp": [{ HostPort: "2", HostIp: "127.0.0.1" }],
  });
  expect(reachableHost(host)).toBe("127.0.0.1");
});

test("a Docker elsewhere publishes where it can be reached", () => {
  const settings = published();
  publishOnLoopback(settings, "docker.example.com");
  expect(settings).toEqual(published());
  expect(reachableHost("docker.example.com")).toBe("docker.example.com");
});

test("of what is published only what is wanted stays", () => {
  const settings = published();
  publishOnly(settings, [6379, 7000]);
  expect(settings.PortBindings).toEqual({ "6379/tcp": [{ HostPort: "0" }] });
});

test("nothing published stays nothing", () => {
  const settings: Publishing = {};
  publishOnLoopback(settings, "localhost");
  expect(settings.PortBindings).toEqual({});
});
