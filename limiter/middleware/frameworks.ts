import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { AskedLimiter } from "./asked-limiter.ts";
import { chargeOf } from "./charge.ts";
import { fastifyRateLimit } from "./fastify.ts";
import { rateLimit } from "./node-http.ts";
import type { RateLimitOptions } from "./rate-limit-options.ts";

/** What requests have in every framework. */
export interface AnyRequest {
  readonly headers: IncomingMessage["headers"];
  readonly url?: string | undefined;
}

/** What responses have in every framework. */
export interface AnyResponse {
  readonly statusCode: number;
}

/** Options that fit every framework. */
export type AnyOptions = RateLimitOptions<AnyRequest, AnyResponse>;

/** One framework, for the tests that all of them must pass. */
export interface Framework {
  readonly name: string;
  /**
   * Starts it with a resource behind the limiter: `/401` answers so, `/settle/N` settles for N, all else is `ok`.
   * Errors that reach the framework are answered 500 with their message. `runs` counts what reached the resource.
   */
  readonly serve: (limiter: AskedLimiter, options: AnyOptions) => Promise<Served>;
  /** Answers by the framework's own means. */
  readonly answer: (response: AnyResponse, status: number, body: string) => void;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly runs: () => number;
}

export const FRAMEWORKS: readonly Framework[] = [
  {
    name: "node:http",
    serve: (limiter, options) => {
      const limit = rateLimit(limiter, options);
      return served((count) => (request, response) => {
        limit(request, response, async (error) => {
          const [status, body] = await resource(request, error, count);
          response.statusCode = status;
          response.end(body);
        });
      });
    },
    answer: answerOnNode,
  },
  {
    name: "express",
    serve: (limiter, options) =>
      served((count) => {
        const app = express();
        app.use(rateLimit(limiter, options));
        app.use(async (request, response) => {
          const [status, body] = await resource(request, undefined, count);
          response.status(status).send(body);
        });
        app.use((error: unknown, _request: unknown, response: express.Response, _next: unknown) => {
          response.status(500).send(String(error));
        });
        return app;
      }),
    answer: answerOnNode,
  },
  {
    name: "fastify",
    serve: async (limiter, options) => {
      let runs = 0;
      const app = fastify();
      app.register(fastifyRateLimit<FastifyRequest, FastifyReply>(limiter, options));
      app.setErrorHandler((error, _request, reply) => reply.code(500).send(String(error)));
      app.get("/*", async (request, reply) => {
        const [status, body] = await resource(request, undefined, () => runs++);
        return reply.code(status).send(body);
      });
      const url = await app.listen({ host: "127.0.0.1", port: 0 });
      return { url, runs: () => runs, [Symbol.asyncDispose]: () => app.close() };
    },
    answer: (response, status, body) => {
      (response as FastifyReply).code(status).send(body);
    },
  },
];

/** Serves `listenerWith` on a port of its own. */
export async function served(listenerWith: (count: () => void) => RequestListener): Promise<Served> {
  let runs = 0;
  const server = createServer(listenerWith(() => runs++)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs: () => runs,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function resource(
  request: AnyRequest,
  error: unknown,
  count: () => void,
): Promise<readonly [number, string]> {
  if (error !== undefined) return [500, String(error)];
  count();
  const { url = "" } = request;
  const settled = /^\/settle\/(\d+)$/.exec(url)?.[1];
  if (settled !== undefined) return [200, String(await chargeOf(request)?.settle(Number(settled)))];
  return url === "/401" ? [401, "no"] : [200, "ok"];
}

function answerOnNode(response: AnyResponse, status: number, body: string): void {
  (response as ServerResponse).writeHead(status).end(body);
}
