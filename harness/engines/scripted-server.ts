import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Endpoint } from "./engine.ts";

/** One request as the server read it. */
export interface SeenRequest {
  readonly path: string;
  readonly key: string;
  readonly cost: number;
  /** How many requests came before it, on all connections. */
  readonly index: number;
}

/** A target for the engines' tests: it keeps every request that it read, and does with each what the test says. */
export interface ScriptedServer extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly seen: readonly SeenRequest[];
  /** Connections that were ever opened. */
  readonly connections: () => number;
  /** The connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
}

/** What `scriptedServer` does with a request. */
export type Script = (socket: Socket, request: SeenRequest) => void;

/** Starts one on 127.0.0.1. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    let unread = "";
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      unread += bytes.toString("latin1");
      for (let end = unread.indexOf("\r\n\r\n"); end >= 0; end = unread.indexOf("\r\n\r\n")) {
        const request = requestOf(unread.slice(0, end), seen.length);
        unread = unread.slice(end + 4);
        seen.push(request);
        script(socket, request);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return {
    endpoint: { host: "127.0.0.1", port },
    seen,
    sockets,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, "close");
    },
  };
}

/** An answer with a body that says how long it is. */
export function answerOf(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = "ok",
): string {
  const lines = Object.entries({ ...headers, "content-length": body.length });
  return `HTTP/1.1 ${status} -\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

function requestOf(head: string, index: number): SeenRequest {
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(head)?.[1]?.trim();
  return {
    path: head.split(" ")[1] ?? "",
    key: header("x-client-id") ?? "",
    cost: Number(header("x-cost") ?? 1),
    index,
  };
}
