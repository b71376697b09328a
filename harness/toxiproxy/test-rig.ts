import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";
import { type ControlledProxy, connectToxiproxy, type ToxiproxyControl } from "./control.ts";
import { startServer } from "./server.ts";

/** One end of a proxied connection, with what it has seen. */
export interface Peer {
  readonly socket: Socket;
  readonly received: () => string;
  /** The sizes in which it came. */
  readonly chunks: number[];
  /** `end`: a FIN; an error's code; `null`: still open. */
  readonly fate: () => string | null;
}

/** A server in this process and a proxy on it to an upstream that does what `serve` says. For tests. */
export interface Rig extends AsyncDisposable {
  readonly url: string;
  readonly control: ToxiproxyControl;
  readonly proxy: ControlledProxy;
  /** The upstream's ends, in the order in which they came. */
  readonly upstreams: Peer[];
  /** A client, connected through to the upstream. */
  connect(): Promise<{ readonly client: Peer; readonly upstream: Peer }>;
}

/** Starts a rig; the upstream echoes unless told otherwise. */
export async function rig({
  seed = 1,
  name = "test",
  serve = (peer: Peer): void => void peer.socket.on("data", (bytes) => peer.socket.write(bytes)),
}: {
  readonly seed?: number;
  readonly name?: string;
  readonly serve?: (peer: Peer) => void;
} = {}): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const upstreams: Peer[] = [];
  const upstream = await listening(
    stack,
    createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      const peer = watched(socket);
      upstreams.push(peer);
      serve(peer);
    }),
  );
  const server = stack.use(await startServer({ port: 0, seed }));
  const control = await connectToxiproxy(server.url);
  const proxy = stack.use(
    await control.createProxy({ name, listen: "localhost:0", upstream: `127.0.0.1:${upstream}` }),
  );
  const clients: Socket[] = [];
  stack.defer(() => {
    for (const socket of [...clients, ...upstreams.map((peer) => peer.socket)]) socket.destroy();
  });
  const owned = stack.move();
  return {
    url: server.url,
    control,
    proxy,
    upstreams,
    async connect() {
      const before = upstreams.length;
      const socket = createConnection({
        host: proxy.host,
        port: proxy.port,
        allowHalfOpen: true,
        noDelay: true,
      });
      clients.push(socket);
      const client = watched(socket);
      await once(socket, "connect");
      while (upstreams.length === before) await new Promise((resolve) => setTimeout(resolve, 1));
      const peer = upstreams[before];
      if (peer === undefined) throw new Error("no upstream");
      return { client, upstream: peer };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function listening(stack: AsyncDisposableStack, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(async () => {
    const closed = once(server, "close");
    server.close();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

function watched(socket: Socket): Peer {
  let text = "";
  let fate: string | null = null;
  const chunks: number[] = [];
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    chunks.push(bytes.length);
  });
  socket.on("end", () => {
    fate ??= "end";
  });
  socket.on("error", (error) => {
    fate = "code" in error ? String(error.code) : error.message;
  });
  return { socket, received: () => text, chunks, fate: () => fate };
}
