/**
 * Answers the requests of the proxy bench, as cheaply as it can. A process of its own; prints its port, ends when its
 * standard input does.
 */
import { createServer } from "node:net";
import { bulkReply, requestBytes, requestFor, smallReply } from "./requests.ts";

const bulk = bulkReply();
/** The byte that tells the two requests apart. */
const bulkWords = requestFor("bulk")[1];

const server = createServer({ noDelay: true }, (socket) => {
  let received = 0;
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    // A connection has one request under way at a time.
    received += chunk.length;
    if (received < requestBytes) return;
    received = 0;
    socket.write(chunk[1] === bulkWords ? bulk : smallReply);
  });
});
server.listen(0, "127.0.0.1", 4096, () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();
