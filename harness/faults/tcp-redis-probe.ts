import { connect, type Socket } from "node:net";
import { noteOwnConnection } from "../system/own-connections.ts";
import type { ProbeAnswer, RedisProbe } from "./redis-probe.ts";
import { type RedisReply, redisReply } from "./redis-reply.ts";

/** Who asks. */
export interface RedisLogin {
  /** @default the user `default` */
  readonly username?: string;
  /** @default none is needed */
  readonly password?: string;
}

/**
 * A probe of the Redis behind `host` and `port`: one raw TCP connection a question, which carries the login, where
 * there is one, in the same packet, and is closed as soon as the outcome is known. Bytes that are no RESP count as an
 * error.
 */
export function tcpRedisProbe(host: string, port: number, login: RedisLogin = {}): RedisProbe {
  const logsIn = login.password === undefined ? [] : [loginCommand(login.username, login.password)];
  return {
    ask: (command, withinMs) =>
      new Promise((resolve) => {
        const beganMs = performance.now();
        noteOwnConnection();
        const socket = connect({ host, port, noDelay: true });
        const end = (outcome: Outcome) => {
          clearTimeout(late);
          socket.destroy();
          resolve({ ...outcome, tookMs: performance.now() - beganMs });
        };
        // After a stall, what has come meanwhile is read before silence is believed: immediates follow the sockets.
        const late = setTimeout(() => setImmediate(end, { kind: "silent" }), withinMs);
        socket.once("connect", () => socket.write([...logsIn, command].map(encoded).join("")));
        onOutcome(socket, logsIn.length, end);
      }),
  };
}

type Outcome = ProbeAnswer extends infer Answer
  ? Answer extends unknown
    ? Omit<Answer, "tookMs">
    : never
  : never;

function onOutcome(socket: Socket, skipped: number, end: (outcome: Outcome) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    const outcome = outcomeOf(bytes, skipped);
    if (outcome !== null) end(outcome);
  });
  socket.once("end", () => end({ kind: "closed" }));
  socket.once("error", (error: NodeJS.ErrnoException) => end({ kind: kindOf(error.code) }));
}

/** That nobody is there to connect to, or that a connection was lost: an address without a route counts as nobody. */
function kindOf(code: string | undefined): "refused" | "reset" {
  return code === "ECONNRESET" || code === "EPIPE" ? "reset" : "refused";
}

/** `null` while the reply after the `skipped` first ones has not come; a failed login is the answer to it all. */
function outcomeOf(bytes: Buffer, skipped: number): Outcome | null {
  try {
    let reply: RedisReply | null = redisReply(bytes, 0);
    for (let passed = 0; passed < skipped && reply !== null && !reply.isError; passed++)
      reply = redisReply(bytes, reply.end);
    if (reply === null) return null;
    return reply.isError ? { kind: "error", message: reply.text } : { kind: "answered", reply: reply.text };
  } catch (error) {
    return { kind: "error", message: String(error) };
  }
}

function loginCommand(username: string | undefined, password: string): readonly string[] {
  return username === undefined || username === "" ? ["AUTH", password] : ["AUTH", username, password];
}

function encoded(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join("")}`;
}
