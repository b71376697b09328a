import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { startScraper } from "./scraper.ts";

async function scrapedFrom(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const scraper = startScraper([{ host: "127.0.0.1", port }], 60_000);
  return {
    async scrapes() {
      await scraper[Symbol.asyncDispose]();
      server.close();
      return scraper.scrapes.map(({ text }) => text);
    },
    all: () => scraper.scrapes,
  };
}

it("goes on until two scrapes agree in what is counted, whatever the process itself uses", async () => {
  let asked = 0;
  const { scrapes } = await scrapedFrom((_, response) => {
    asked++;
    response.end(`process_cpu_seconds_total ${asked}\nhits_total{a="b"} ${Math.min(asked, 4)}\n`);
  });
  const texts = await scrapes();
  expect(texts.slice(-2).map((text) => text.split("\n")[1])).toEqual([
    'hits_total{a="b"} 4',
    'hits_total{a="b"} 4',
  ]);
  expect(texts).toHaveLength(5);
});

it("waits for no counter that moves for ever", async () => {
  let asked = 0;
  const { scrapes } = await scrapedFrom((_, response) => {
    asked++;
    response.end(`hits_total ${asked}\n`);
  });
  const texts = await scrapes();
  expect(texts.length).toBeGreaterThan(4);
  expect(texts.length).toBeLessThan(20);
});

it("does not ask again where there are no metrics", async () => {
  let asked = 0;
  const { scrapes } = await scrapedFrom((_, response) => {
    asked++;
    response.writeHead(404).end();
  });
  expect(await scrapes()).toEqual([]);
  expect(asked).toBe(1);
});

it("takes no other answer for metrics, but holds who says that it is Prometheus to that", async () => {
  const ok = await scrapedFrom((_, response) => response.end("ok, 200 left\n"));
  expect(await ok.scrapes()).toEqual([]);
  const garbled = await scrapedFrom((_, response) =>
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end("ok\n"),
  );
  expect((await garbled.scrapes()).at(-1)).toBe("ok\n");
});

it("tells how often it asked in vain before, and what calls itself another format", async () => {
  let asked = 0;
  const { scrapes, all } = await scrapedFrom((request, response) => {
    asked++;
    expect(request.headers.accept).toContain("text/plain;version=0.0.4");
    if (asked <= 2) response.writeHead(429).end();
    else
      response
        .writeHead(200, { "content-type": "application/openmetrics-text; version=1.0.0" })
        .end("# EOF\n");
  });
  await scrapes();
  expect(all()[0]).toMatchObject({ unreadBefore: 2, format: "openmetrics" });
  expect(all().slice(1)).not.toEqual([]);
  for (const scrape of all().slice(1)) expect(scrape).not.toHaveProperty("unreadBefore");
});

it("comes by another connection each time, so that no process can hide behind another", async () => {
  const sockets = new Set<unknown>();
  const { scrapes } = await scrapedFrom((request, response) => {
    sockets.add(request.socket);
    response.end(`hits_total ${Math.min(sockets.size, 3)}\n`);
  });
  const texts = await scrapes();
  expect(texts.length).toBeGreaterThan(2);
  expect(sockets.size).toBe(texts.length);
});
