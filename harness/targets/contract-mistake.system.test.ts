import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort } from "../system/free-port.ts";
import { contractMistake } from "./contract-mistake.ts";

const policies = [
  { name: "user", limit: 1, windowMs: 1_000, by: "user" },
  { name: "all", limit: 1, windowMs: 1_000 },
];

async function listening(server: Server): Promise<{ readonly host: string; readonly port: number }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  return { host: "127.0.0.1", port: address.port };
}

/** What is said of one gateway that answers as `answer` does. */
async function said(server: Server): Promise<string | null> {
  const endpoint = await listening(server);
  try {
    return await contractMistake({ endpoints: [endpoint], runId: "run", policies, withinMs: 300 });
  } finally {
    server.close();
  }
}

const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end();

describe("the question before a run", () => {
  it.each([200, 429, 503, 500, 502])("has nothing against status %d", async (code) => {
    expect(await said(createServer(status(code)))).toBeNull();
  });

  it.each([204, 301, 401, 403, 404])("names status %d, and what a gateway answers", async (code) => {
    expect(await said(createServer(status(code)))).toMatch(
      new RegExp(
        `^Gateway 0 at http://127\\.0\\.0\\.1:\\d+ answers a request with status ${code}, which says neither`,
      ),
    );
  });

  it("says nothing of a gateway that gives no answer, or nonsense, or is not there", async () => {
    expect(await said(createServer(() => undefined))).toBeNull();
    expect(await said(createTcpServer((socket) => socket.end("-ERR\r\n\r\n")))).toBeNull();
    const nobody = { host: "127.0.0.1", port: await freePort() };
    expect(await contractMistake({ endpoints: [nobody], runId: "run", policies })).toBeNull();
  });

  it("is asked at the gateway's own path, with a name of the run for all whom a policy asks for", async () => {
    const asked: unknown[] = [];
    const server = createServer(({ url, headers }, response) => {
      asked.push([url, headers["x-client-id"], headers["x-user-id"]]);
      response.end();
    });
    const endpoint = { ...(await listening(server)), path: "/guarded?a=b" };
    const endpoints = [endpoint, endpoint];
    expect(await contractMistake({ endpoints, runId: "run", policies })).toBeNull();
    expect(asked).toEqual(Array(2).fill(["/guarded?a=b", "run:asked-first", "run:asked-first"]));
    const keyed = { runId: "run", policies, keyHeader: "x-user-id" };
    expect(await contractMistake({ endpoints: [endpoint], ...keyed })).toBeNull();
    server.close();
    expect(asked.at(-1)).toEqual(["/guarded?a=b", undefined, "run:asked-first"]);
  });
});
