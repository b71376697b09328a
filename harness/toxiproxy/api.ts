import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { asApiError } from "./api-error.ts";
import { writeJson, writeSorted } from "./json/write-json.ts";
import type { Proxies } from "./proxies.ts";
import { createProxy, populate, shownProxy, updateProxy } from "./proxy-requests.ts";
import { addToxic, findToxic, shownToxic, updateToxic } from "./toxic-requests.ts";

/** The version of Toxiproxy that this server answers like. */
export const toxiproxyVersion = "2.12.0";

/** What a request is answered with; no body means no content. */
interface Answer {
  readonly status: number;
  readonly body?: string;
  /** @default "application/json" */
  readonly type?: string;
}

/** What a handler is given: the names in the path, and the body. */
interface Asked {
  readonly proxy: string;
  readonly toxic: string;
  readonly body: string;
}

type Handler = (proxies: Proxies, asked: Asked) => Answer | Promise<Answer>;

const json = (status: number, body: string): Answer => ({ status, body });
const done: Answer = { status: 204 };

const changeProxy: Handler = async (proxies, { proxy, body }) =>
  json(200, writeJson(shownProxy(await updateProxy(proxies, proxy, body))));
const changeToxic: Handler = (proxies, { proxy, toxic, body }) =>
  json(200, writeJson(shownToxic(updateToxic(proxies.get(proxy), toxic, body))));

type Methods = Readonly<Record<string, Handler>>;

/** Every route by its path; a name in it is anything but a slash. */
const routes: readonly (readonly [RegExp, Methods])[] = [
  [
    /^\/version$/,
    {
      GET: () => ({
        status: 200,
        body: `{"version": "${toxiproxyVersion}"}\n`,
        type: "application/json;charset=utf-8",
      }),
    },
  ],
  [
    /^\/proxies$/,
    {
      GET: (proxies) =>
        json(200, writeSorted(proxies.all().map((proxy) => [proxy.name, shownProxy(proxy)] as const))),
      POST: async (proxies, { body }) => json(201, writeJson(shownProxy(await createProxy(proxies, body)))),
    },
  ],
  [
    /^\/proxies\/(?<proxy>[^/]+)$/,
    {
      GET: (proxies, { proxy }) => json(200, writeJson(shownProxy(proxies.get(proxy)))),
      POST: changeProxy,
      PATCH: changeProxy,
      DELETE: async (proxies, { proxy }) => {
        await proxies.remove(proxy);
        return done;
      },
    },
  ],
  [
    /^\/proxies\/(?<proxy>[^/]+)\/toxics$/,
    {
      GET: (proxies, { proxy }) => json(200, writeJson(proxies.get(proxy).toxics.map(shownToxic))),
      POST: (proxies, { proxy, body }) =>
        json(200, writeJson(shownToxic(addToxic(proxies.get(proxy), body)))),
    },
  ],
  [
    /^\/proxies\/(?<proxy>[^/]+)\/toxics\/(?<toxic>[^/]+)$/,
    {
      GET: (proxies, { proxy, toxic }) =>
        json(200, writeJson(shownToxic(findToxic(proxies.get(proxy), toxic)))),
      POST: changeToxic,
      PATCH: changeToxic,
      DELETE: (proxies, { proxy, toxic }) => {
        const found = proxies.get(proxy);
        found.remove(findToxic(found, toxic));
        return done;
      },
    },
  ],
  [
    /^\/reset$/,
    {
      POST: async (proxies) => {
        await proxies.reset();
        return done;
      },
    },
  ],
  [
    /^\/populate$/,
    {
      POST: async (proxies, { body }) => {
        const { proxies: applied, error } = await populate(proxies, body);
        const shown = applied.length === 0 ? null : applied.map(shownProxy);
        if (error === null) return json(201, writeJson({ proxies: shown }));
        const { message, status } = error;
        return json(status, writeJson({ error: message, status, proxies: shown }));
      },
    },
  ],
];

/** Told of each request that was answered. */
export type OnRequest = (line: string) => void;

/** Answers requests as Toxiproxy does, to the byte. */
export function apiOf(proxies: Proxies, onRequest: OnRequest = () => {}): RequestListener {
  return (request, response) => {
    void handle(proxies, request, response).then(
      () => onRequest(`${request.method} ${request.url} ${response.statusCode}`),
      // The client has gone in the middle of its request.
      () => response.destroy(),
    );
  };
}

async function handle(proxies: Proxies, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = routeOf(request.url ?? "/");
  if (found === null) return send(response, plain(404, "404 page not found\n"));
  const handler = found.methods[request.method ?? ""];
  if (handler === undefined) return send(response, { status: 405 });
  response.setHeader("X-Toxiproxy-Request-Id", requestId());
  if (request.headers["user-agent"]?.startsWith("Mozilla/")) {
    return send(response, plain(403, "User agent not allowed\n"));
  }
  const body = await text(request);
  try {
    send(response, await handler(proxies, { ...found, body }));
  } catch (error) {
    const { message, status } = asApiError(error);
    send(response, plain(status, `${writeJson({ error: message, status })}\n`));
  }
}

interface FoundRoute {
  readonly methods: Methods;
  readonly proxy: string;
  readonly toxic: string;
}

function routeOf(url: string): FoundRoute | null {
  const path = decoded(url);
  for (const [pattern, methods] of routes) {
    const match = pattern.exec(path);
    if (match !== null) return { methods, proxy: "", toxic: "", ...match.groups };
  }
  return null;
}

/** Names are decoded, so one with a slash in it has no route. */
function decoded(url: string): string {
  try {
    return decodeURIComponent(url.split("?")[0] ?? "");
  } catch {
    return "";
  }
}

/** As Go's http.Error sends it: JSON in it or not, it is plain text. */
function plain(status: number, body: string): Answer {
  return { status, body, type: "text/plain; charset=utf-8" };
}

function send(response: ServerResponse, { status, body, type = "application/json" }: Answer): void {
  if (body !== undefined) {
    response.setHeader("Content-Type", type);
    response.setHeader("Content-Length", Buffer.byteLength(body));
    if (type.startsWith("text/plain")) response.setHeader("X-Content-Type-Options", "nosniff");
  } else if (status !== 204) response.setHeader("Content-Length", 0);
  response.writeHead(status).end(body);
}

/** 20 letters and digits, as clients see them. */
function requestId(): string {
  return Array.from(randomBytes(20), (byte) => (byte % 32).toString(32)).join("");
}
