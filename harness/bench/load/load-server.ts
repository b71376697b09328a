/**
 * A target that is cheaper than any engine: answers each request on a connection with the same bytes, a limiter's
 * headers included. Run as a process of its own; prints its port, ends when its standard input does.
 */
import { createServer } from "node:net";

const answer = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    "content-type: text/plain",
    'RateLimit-Policy: "burst";q=1000;w=2',
    'RateLimit: "burst";r=999;t=2',
    "x-ratelimit-source: redis",
    "content-length: 2",
    "connection: keep-alive",
    "keep-alive: timeout=60",
    "",
    "ok",
  ].join("\r\n"),
);
const endOfHead = Buffer.from("\r\n\r\n");

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    // Requests of our engines are one segment each: one search, one write.
    let at = chunk.indexOf(endOfHead);
    for (; at >= 0; at = chunk.indexOf(endOfHead, at + 4)) socket.write(answer);
  });
});
server.listen(0, "127.0.0.1", 4096, () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();
