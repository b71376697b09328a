import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { freePort } from "../free-port.ts";
import { redisFromDocker } from "../redis/redis-from-docker.ts";
import { askDocker } from "./ask-docker.ts";

const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
const cleanUps: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(1)) cleanUp();
  vi.unstubAllEnvs();
});

let sockets = 0;

/** Listens on a socket file; gives its URL. */
async function listening(server: Server): Promise<string> {
  const file = join(folder, `docker-${sockets++}.sock`);
  server.listen(file);
  await once(server, "listening");
  cleanUps.push(() => server.close());
  return `unix://${file}`;
}

function silent(): Promise<string> {
  return listening(createServer((socket) => cleanUps.push(() => socket.destroy())));
}

function answering(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  cleanUps.push(() => server.closeAllConnections());
  return listening(server);
}

async function reasonOf(url: string, withinMs = 300): Promise<string> {
  const answer = await askDocker({ endpoints: [{ url }], withinMs });
  return answer.answers ? expect.fail(`it answers: ${answer.version}`) : answer.reason;
}

test("a socket that says nothing is given up after two seconds, in one sentence", async () => {
  const url = await silent();
  vi.stubEnv("DOCKER_HOST", url);
  expect(await redisFromDocker().find()).toEqual({
    found: false,
    reason: `no Docker answers: ${url} does not answer within 2 s`,
  });
});

test("a port where nobody listens is told at once", async () => {
  const url = `tcp://127.0.0.1:${await freePort()}`;
  vi.stubEnv("DOCKER_HOST", url);
  expect(await redisFromDocker({ withinMs: 60_000 }).find()).toEqual({
    found: false,
    reason: expect.stringMatching(
      /^no Docker answers: tcp:\S+ cannot be reached \(connect ECONNREFUSED [^)]*\)$/,
    ),
  });
});

test("an answer that begins and does not end is given up, too", async () => {
  const url = await answering((_request, response) => response.writeHead(200).write('{"Version":'));
  expect(await reasonOf(url)).toContain("does not answer within 0.3 s");
});

test.each([
  ["another server", 200, "<html>", "answers, but is no Docker"],
  ["JSON that tells no version", 200, "{}", "answers, but is no Docker"],
  ["null", 200, "null", "answers, but is no Docker"],
  ["a refusal", 403, "no", "answers 403"],
])("%s is no Docker", async (_name, status, body, reason) => {
  const url = await answering((_request, response) => response.writeHead(status).end(body));
  expect(await reasonOf(url, 5000)).toBe(`${url} ${reason}`);
});

test.each(["ssh://me@example.com", "nonsense://", "unix://", "tcp://", "/var/run/docker.sock"])(
  "an address like %s is one sentence",
  async (url) => {
    expect(await reasonOf(url)).toContain("write unix:///FILE or tcp://HOST:PORT");
  },
);

test("one that answers is found beside one that is silent", async () => {
  const url = await answering((_request, response) => response.end('{"Version":"28.1.0"}'));
  const endpoints = [{ url: await silent() }, { url }];
  expect(await askDocker({ endpoints, withinMs: 300 })).toEqual({ answers: true, url, version: "28.1.0" });
});

test("without any place to ask, it says what was looked for", async () => {
  expect(await askDocker({ endpoints: [] })).toEqual({
    answers: false,
    reason: expect.stringContaining("no DOCKER_HOST"),
  });
});
