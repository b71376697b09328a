import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { until } from "../system/until.ts";
import { startServer, type ToxiproxyServer } from "./server.ts";

let server: ToxiproxyServer;
beforeAll(async () => {
  server = await startServer({ port: 0, seed: 1 });
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(async () => {
  const { body } = await ask("GET", "/proxies");
  for (const name of Object.keys(JSON.parse(body)))
    await ask("DELETE", `/proxies/${encodeURIComponent(name)}`);
});

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(server.url + path, {
    method,
    headers,
    ...(text === undefined ? {} : { body: text }),
  });
  return {
    status: response.status,
    body: await response.text(),
    type: response.headers.get("content-type"),
    headers: response.headers,
  };
}

const redis = { name: "redis", listen: "localhost:0", upstream: "somehost:12345" };
const error = (message: string, status: number) => `{"error":"${message}","status":${status}}\n`;

describe("the API, to the byte", () => {
  it("tells its version", async () => {
    const answer = await ask("GET", "/version");
    expect(answer).toMatchObject({
      status: 200,
      body: '{"version": "2.12.0"}\n',
      type: "application/json;charset=utf-8",
    });
    expect(answer.headers.get("x-toxiproxy-request-id")).toMatch(/^[0-9a-v]{20}$/);
  });

  it("makes, shows, lists and deletes a proxy", async () => {
    expect(await ask("GET", "/proxies")).toMatchObject({ status: 200, body: "{}", type: "application/json" });
    const created = await ask("POST", "/proxies", redis);
    expect(created.status).toBe(201);
    expect(created.body).toMatch(
      /^\{"name":"redis","listen":"127\.0\.0\.1:\d+","upstream":"somehost:12345","enabled":true,"Logger":\{\},"toxics":\[\]\}$/,
    );
    expect(await ask("GET", "/proxies/redis")).toMatchObject({ status: 200, body: created.body });
    expect(await ask("GET", "/proxies")).toMatchObject({ status: 200, body: `{"redis":${created.body}}` });
    expect(await ask("DELETE", "/proxies/redis")).toMatchObject({ status: 204, body: "" });
    expect(await ask("GET", "/proxies")).toMatchObject({ body: "{}" });
  });

  it("lists proxies sorted by name, those with numbers as names too", async () => {
    for (const name of ["b", "10", "a", "9"])
      await ask("POST", "/proxies", { ...redis, name, enabled: false });
    const { body } = await ask("GET", "/proxies");
    expect([...body.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name)).toEqual(["10", "9", "a", "b"]);
  });

  it("keeps the address of a disabled proxy as it was given, and its port from then on", async () => {
    const listen = "localhost:0";
    const created = await ask("POST", "/proxies", { ...redis, enabled: false });
    expect(JSON.parse(created.body)).toMatchObject({ listen, enabled: false });
    const enabled = JSON.parse((await ask("POST", "/proxies/redis", { enabled: true })).body);
    await ask("PATCH", "/proxies/redis", { enabled: false });
    expect(JSON.parse((await ask("PATCH", "/proxies/redis", { enabled: true })).body)).toEqual(enabled);
  });

  it("listens everywhere without a host", async () => {
    const { body } = await ask("POST", "/proxies", { ...redis, listen: "" });
    expect(JSON.parse(body).listen).toMatch(/^(\[::\]|0\.0\.0\.0):\d+$/);
  });

  it.each([
    ["POST", "/proxies", "", 400, "bad request body: EOF"],
    ["POST", "/proxies", "{", 400, "bad request body: unexpected EOF"],
    ["POST", "/proxies", {}, 400, "missing required field: name"],
    ["POST", "/proxies", { name: "x" }, 400, "missing required field: upstream"],
    ["POST", "/proxies", { upstream: "x" }, 400, "missing required field: name"],
    [
      "POST",
      "/proxies",
      { name: 5 },
      400,
      "bad request body: json: cannot unmarshal number into Go struct field Proxy.name of type string",
    ],
    ["GET", "/proxies/nope", undefined, 404, "proxy not found"],
    ["POST", "/proxies/nope", {}, 404, "proxy not found"],
    ["DELETE", "/proxies/nope", undefined, 404, "proxy not found"],
    ["GET", "/proxies/nope/toxics", undefined, 404, "proxy not found"],
    ["POST", "/proxies/nope/toxics", {}, 404, "proxy not found"],
    ["DELETE", "/proxies/nope/toxics/t", undefined, 404, "proxy not found"],
    [
      "POST",
      "/proxies",
      { ...redis, listen: "nowhere" },
      500,
      "listen tcp: address nowhere: missing port in address",
    ],
    [
      "POST",
      "/proxies",
      { ...redis, listen: "localhost:70000" },
      500,
      "listen tcp: address 70000: invalid port",
    ],
  ])("%s %s %j is refused", async (method, path, body, status, message) => {
    const answer = await ask(method, path, body);
    expect(answer).toMatchObject({ status, body: error(message, status), type: "text/plain; charset=utf-8" });
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("refuses a second proxy of a name, and a port that is taken", async () => {
    const { listen } = JSON.parse((await ask("POST", "/proxies", redis)).body);
    expect(await ask("POST", "/proxies", redis)).toMatchObject({
      status: 409,
      body: error("proxy already exists", 409),
    });
    expect(await ask("POST", "/proxies", { ...redis, name: "other", listen })).toMatchObject({
      status: 500,
      body: error(`listen tcp ${listen}: bind: address already in use`, 500),
    });
    expect((await ask("GET", "/proxies/other")).status).toBe(404);
  });

  it("makes one of many proxies of a name that are asked for at once", async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => ask("POST", "/proxies", redis)));
    expect(all.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  it("answers what has no route, a wrong method and browsers", async () => {
    expect(await ask("GET", "/nope")).toMatchObject({ status: 404, body: "404 page not found\n" });
    expect(await ask("GET", "/proxies/a/b")).toMatchObject({ status: 404, body: "404 page not found\n" });
    expect(await ask("GET", "/metrics")).toMatchObject({ status: 404 });
    expect(await ask("PUT", "/proxies")).toMatchObject({ status: 405, body: "" });
    expect(await ask("GET", "/version", undefined, { "user-agent": "Mozilla/5.0" })).toMatchObject({
      status: 403,
      body: "User agent not allowed\n",
    });
  });

  it("ignores unknown fields, the case of names, the content type and what follows the first value", async () => {
    const answer = await ask(
      "POST",
      "/proxies",
      '{"NAME":"redis","Upstream":"a:1","listen":"localhost:0","x":[],"toxics":[1]} rest',
      { "content-type": "text/css" },
    );
    expect(answer.status).toBe(201);
  });
});

describe("toxics over the API", () => {
  const path = "/proxies/redis/toxics";
  const latency = { type: "latency", attributes: { latency: 1000, jitter: 100 } };
  const shown =
    '{"attributes":{"latency":1000,"jitter":100},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}';

  it("makes, shows, lists, updates and deletes one", async () => {
    await ask("POST", "/proxies", redis);
    expect(await ask("GET", path)).toMatchObject({ status: 200, body: "[]" });
    expect(await ask("POST", path, latency)).toMatchObject({
      status: 200,
      body: shown,
      type: "application/json",
    });
    expect(await ask("GET", `${path}/latency_downstream`)).toMatchObject({ status: 200, body: shown });
    expect(await ask("GET", path)).toMatchObject({ status: 200, body: `[${shown}]` });
    const changed = shown.replace('"jitter":100', '"jitter":5').replace('"toxicity":1', '"toxicity":0.3');
    for (const method of ["POST", "PATCH"]) {
      const change = { attributes: { jitter: 5 }, toxicity: 0.3, name: "other", stream: "upstream" };
      expect(await ask(method, `${path}/latency_downstream`, change)).toMatchObject({
        status: 200,
        body: changed,
      });
    }
    expect(await ask("DELETE", `${path}/latency_downstream`)).toMatchObject({ status: 204, body: "" });
    expect(await ask("GET", `${path}/latency_downstream`)).toMatchObject({
      status: 404,
      body: error("toxic not found", 404),
    });
  });

  it("lists those of the upstream first, each stream in the order of making, names unique in both", async () => {
    await ask("POST", "/proxies", redis);
    for (const [name, stream] of [
      ["a", "downstream"],
      ["b", "upstream"],
      ["c", "Downstream"],
      ["d", "upstream"],
    ]) {
      expect((await ask("POST", path, { type: "noop", name, stream })).status).toBe(200);
    }
    const listed = JSON.parse((await ask("GET", path)).body) as { name: string; stream: string }[];
    expect(listed.map(({ name }) => name)).toEqual(["b", "d", "a", "c"]);
    expect(listed.at(-1)?.stream).toBe("Downstream");
    expect(await ask("POST", path, { type: "noop", name: "a", stream: "upstream" })).toMatchObject({
      status: 409,
      body: error("toxic already exists", 409),
    });
  });

  it.each([
    ["", "bad request body: EOF"],
    [{ type: "latency", stream: "sideways" }, "stream was invalid, can be either upstream or downstream"],
    [{ type: "down" }, "invalid toxic type"],
    [{}, "invalid toxic type"],
    [
      { type: "latency", attributes: { latency: 1.5 } },
      "bad request body: json: cannot unmarshal number 1.5 into Go struct field LatencyToxic.attributes.latency of type int64",
    ],
    [
      { type: "redis_error", attributes: { error: "no" } },
      "bad request body: error must be one of OOM, LOADING, READONLY, BUSY, NOSCRIPT",
    ],
  ])("%j is refused", async (body, message) => {
    await ask("POST", "/proxies", redis);
    expect(await ask("POST", path, body)).toMatchObject({ status: 400, body: error(message, 400) });
    expect(await ask("GET", path)).toMatchObject({ body: "[]" });
  });

  it("echoes huge numbers, negative ones and any toxicity", async () => {
    await ask("POST", "/proxies", redis);
    const body =
      '{"type":"latency","attributes":{"latency":9223372036854775807,"jitter":-5},"toxicity":-2.5}';
    expect(await ask("POST", path, body)).toMatchObject({
      body: '{"attributes":{"latency":9223372036854775807,"jitter":-5},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":-2.5}',
    });
  });

  it("keeps toxics while a proxy is disabled or moved", async () => {
    await ask("POST", "/proxies", redis);
    await ask("POST", path, latency);
    await ask("PATCH", "/proxies/redis", { enabled: false });
    const moved = await ask("PATCH", "/proxies/redis", {
      enabled: true,
      upstream: "other:1",
      listen: "localhost:0",
    });
    expect(JSON.parse(moved.body)).toMatchObject({
      enabled: true,
      upstream: "other:1",
      toxics: [JSON.parse(shown)],
    });
  });

  it("reset enables every proxy and takes the toxics away", async () => {
    await ask("POST", "/proxies", { ...redis, enabled: false });
    await ask("POST", path, latency);
    expect(await ask("POST", "/reset")).toMatchObject({ status: 204, body: "" });
    expect(JSON.parse((await ask("GET", "/proxies/redis")).body)).toMatchObject({
      enabled: true,
      toxics: [],
    });
  });
});

describe("populate", () => {
  it("makes what is missing, leaves what is the same with its toxics, and replaces what differs", async () => {
    const first = await ask("POST", "/populate", [redis, { ...redis, name: "other", enabled: false }]);
    expect(first.status).toBe(201);
    const [same] = JSON.parse(first.body).proxies;
    await ask("POST", "/proxies/redis/toxics", { type: "noop" });
    const again = await ask("POST", "/populate", [
      { ...redis, listen: same.listen },
      { ...redis, name: "other", upstream: "new:1" },
    ]);
    const [kept, replaced] = JSON.parse(again.body).proxies;
    expect(kept).toMatchObject({ listen: same.listen, toxics: [{ type: "noop" }] });
    expect(replaced).toMatchObject({ name: "other", upstream: "new:1", enabled: true, toxics: [] });
  });

  it.each([
    [[], 201, '{"proxies":null}'],
    ["null", 201, '{"proxies":null}'],
    [
      [{ name: "a", upstream: "u:1" }, { name: "" }],
      400,
      '{"error":"missing required field: name at proxy 2","status":400,"proxies":null}',
    ],
    [
      [{ name: "a" }],
      400,
      '{"error":"missing required field: upstream at proxy 1","status":400,"proxies":null}',
    ],
    ["", 400, '{"error":"bad request body: EOF","status":400,"proxies":null}'],
  ])("%j", async (body, status, expected) => {
    expect(await ask("POST", "/populate", body)).toMatchObject({
      status,
      body: expected,
      type: "application/json",
    });
    expect(await ask("GET", "/proxies")).toMatchObject({ body: "{}" });
  });

  it("keeps those before one that cannot listen", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const answer = await ask("POST", "/populate", [redis, { ...redis, name: "b", listen }]);
    taken.close();
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: `listen tcp ${listen}: bind: address already in use`,
      proxies: [{ name: "redis" }],
    });
  });
});

describe("whatever is sent", () => {
  it("is answered, with an error in JSON if it is none", async () => {
    await ask("POST", "/proxies", redis);
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          type: fc.constantFrom("latency", "slicer", "redis_error", "limit_data"),
          name: fc.oneof(fc.string(), fc.integer()),
          toxicity: fc.oneof(fc.double(), fc.string()),
          attributes: fc.dictionary(
            fc.constantFrom("latency", "jitter", "average_size", "error"),
            fc.anything(),
          ),
        })
        .map(
          (value) =>
            JSON.stringify(value, (_, field) => (typeof field === "bigint" ? String(field) : field)) ?? "",
        ),
    );
    const place = fc.constantFrom("/proxies", "/proxies/redis", "/proxies/redis/toxics", "/populate");
    await fc.assert(
      fc.asyncProperty(place, body, async (path, text) => {
        const answer = await ask("POST", path, text);
        expect([200, 201, 400, 409, 500]).toContain(answer.status);
        expect(() => JSON.parse(answer.body)).not.toThrow();
        if (answer.status >= 400) expect(JSON.parse(answer.body).error).toEqual(expect.any(String));
      }),
      { numRuns: 300 },
    );
    expect((await ask("GET", "/version")).status).toBe(200);
  });
});

describe("the upstream of a proxy", () => {
  it("that refuses closes the client, and the next client is served as soon as it listens", async () => {
    const created = JSON.parse((await ask("POST", "/proxies", { ...redis, upstream: "127.0.0.1:1" })).body);
    const port = Number(created.listen.split(":")[1]);
    const client = connect(port, "127.0.0.1").resume();
    client.on("error", () => {});
    await until(() => client.readableEnded || client.destroyed);
    client.destroy();
  });
});
