import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { dockerEndpoints } from "./docker-endpoints.ts";

const home = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => {
  vi.stubEnv("HOME", home);
  writeFileSync(join(home, ".testcontainers.properties"), "");
});

function settings(...lines: string[]): void {
  writeFileSync(join(home, ".testcontainers.properties"), lines.join("\n"));
}

test("who names a Docker is not given another one", () => {
  expect(dockerEndpoints({ DOCKER_HOST: "tcp://127.0.0.1:1" })).toEqual([{ url: "tcp://127.0.0.1:1" }]);
});

test("testcontainers' own settings are heard, as testcontainers hears them", () => {
  settings("docker.host = tcp://127.0.0.1:2");
  expect(dockerEndpoints({})).toEqual([{ url: "tcp://127.0.0.1:2" }]);
  expect(dockerEndpoints({ DOCKER_HOST: "tcp://127.0.0.1:1" })).toEqual([{ url: "tcp://127.0.0.1:1" }]);
  settings("docker.host=tcp://127.0.0.1:2", "tc.host=tcp://127.0.0.1:3");
  expect(dockerEndpoints({ DOCKER_HOST: "tcp://127.0.0.1:1" })).toEqual([{ url: "tcp://127.0.0.1:3" }]);
});

test("certificates are used where they are asked for", () => {
  const env = { DOCKER_HOST: "tcp://127.0.0.1:1", DOCKER_CERT_PATH: "/certificates" };
  expect(dockerEndpoints(env)).toEqual([{ url: "tcp://127.0.0.1:1" }]);
  expect(dockerEndpoints({ ...env, DOCKER_TLS_VERIFY: "1" })).toEqual([
    { url: "tcp://127.0.0.1:1", certificates: "/certificates" },
  ]);
});

test.skipIf(process.platform === "win32")("of the usual sockets only those that exist are asked", () => {
  const socket = join(home, "docker.sock");
  const urls = () => dockerEndpoints({ XDG_RUNTIME_DIR: home }).map(({ url }) => url);
  expect(urls()).not.toContain(`unix://${socket}`);
  writeFileSync(socket, "");
  expect(urls()).toContain(`unix://${socket}`);
});
