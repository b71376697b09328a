import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { startProbingClients } from "./probing-clients.ts";

it("waits until the date that it is told, and comes at once where that has passed", async () => {
  const toldMs = { past: -3_600_000, later: 60_000 };
  const server = createServer(({ headers }, response) => {
    const aheadMs = headers["x-client-id"] === "past" ? toldMs.past : toldMs.later;
    response.writeHead(429, { "retry-after": new Date(Date.now() + aheadMs).toUTCString() }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const endpoints = [{ host: "127.0.0.1", port }];
  try {
    await using clients = startProbingClients({
      endpoints,
      subjects: ["past", "later"],
      wireKeyOf: (name) => name,
    });
    const of = (subject: string) => clients.visits.filter((visit) => visit.subject === subject);
    await expect.poll(() => of("past").length, { timeout: 20_000 }).toBeGreaterThan(3);
    expect(of("later")).toHaveLength(1);
    expect(of("later")[0]).toMatchObject({
      fields: { date: expect.any(String) },
      ourClockMs: expect.any(Number),
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
