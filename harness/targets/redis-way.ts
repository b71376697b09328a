import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { RedisServer } from "../system/redis-server.ts";

/** What happens to bytes that are under way to Redis (`up`) and back (`down`). */
export type Passage = "pass" | "hold" | "lose";

/** A way to a Redis that a test can change, cut and lead elsewhere. */
export interface RedisWay extends AsyncDisposable {
  readonly url: string;
  /** Ends all connections. */
  readonly cut: () => void;
  /** What happens to bytes from now on; those that were held go on when they pass again. */
  readonly set: (direction: "up" | "down", to: Passage) => void;
  /** New connections go to another Redis. */
  readonly leadTo: (other: RedisServer) => void;
}

export interface RedisWayOptions {
  /** Whether a connection that begins with these bytes passes whatever is set. @default none */
  readonly spares?: (beginning: string) => boolean;
}

/** For tests: a way to `redis`, open at first. */
export async function redisWay(
  redis: RedisServer,
  { spares = () => false }: RedisWayOptions = {},
): Promise<RedisWay> {
  const sockets = new Set<Socket>();
  const passage: Record<"up" | "down", Passage> = { up: "pass", down: "pass" };
  const held: (() => void)[] = [];
  let target = new URL(redis.url);
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    let isSpared = false;
    near.once("data", (bytes) => {
      isSpared = spares(bytes.toString("latin1"));
    });
    const carry = (from: Socket, to: Socket, direction: "up" | "down") => {
      sockets.add(from);
      from.on("data", (bytes) => {
        if (isSpared || passage[direction] === "pass") to.write(bytes);
        else if (passage[direction] === "hold") held.push(() => to.write(bytes));
      });
      from.on("error", () => {}).on("close", () => to.destroy());
    };
    carry(near, far, "up");
    carry(far, near, "down");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    set: (direction: "up" | "down", to: Passage) => {
      passage[direction] = to;
      if (to === "pass") for (const release of held.splice(0)) release();
    },
    leadTo(other: RedisServer) {
      target = new URL(other.url);
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
}
