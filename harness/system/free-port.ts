import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";

const host = "127.0.0.1";
const lowest = 20_000;
const count = 12_000;
const handedOut = new Set<number>();

/**
 * A port on 127.0.0.1 where nobody listens, never handed out twice by this process. It lies below the range from which
 * systems take ports for outgoing connections, so it is still free when a program that was killed wants it back.
 * Another program may take it first: whoever listens there must be ready to try again.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = lowest + Math.floor(Math.random() * count);
    if (!handedOut.has(port) && (await canListen(port))) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${lowest} and ${lowest + count} on ${host}`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    if (server.listening) await promisify(server.close.bind(server))();
  }
}
