/**
 * The proxy that everybody would write: two sockets piped into each other. `plain-pipe.ts PORT` leads to that port. A
 * process of its own; prints its port, ends when its standard input does.
 */
import { createConnection, createServer } from "node:net";

const port = Number(process.argv[2]);
const server = createServer({ noDelay: true }, (client) => {
  const upstream = createConnection({ host: "127.0.0.1", port, noDelay: true });
  for (const socket of [client, upstream]) socket.on("error", () => {});
  client.pipe(upstream).pipe(client);
});
server.listen(0, "127.0.0.1", 4096, () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();
