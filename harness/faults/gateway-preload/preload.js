/**
 * Loaded before a gateway's own modules (`node --import`). Listens for orders on a Unix socket in the folder that
 * GATECRASH_ORDERS names, having obeyed GATECRASH_STANDING_ORDERS, and does nothing at all without it; ends with its
 * process, and never keeps it alive. One line of JSON each way: `{ "clockAheadMs" }` shifts Date, `{ "blockMs",
 * "everyMs" }` blocks the event loop again and again (0 ends it); the answer tells `{ "nowMs" }`, what Date.now() gives
 * then. Plain JavaScript, because a gateway may run an older Node than ours.
 */
import { createServer } from "node:net";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { installShiftableDate } from "./shiftable-date.js";

const folder = process.env.GATECRASH_ORDERS;
if (folder) listen(join(folder, `${process.pid}-${threadId}.sock`), installShiftableDate());

function listen(path, shiftDate) {
  const blocks = repeatedBlocks();
  const obey = ({ clockAheadMs, blockMs, everyMs }) => {
    if (clockAheadMs !== undefined) shiftDate(clockAheadMs);
    if (blockMs !== undefined) blocks.set(blockMs, everyMs);
  };
  obey(JSON.parse(process.env.GATECRASH_STANDING_ORDERS || "{}"));
  const server = createServer((socket) => {
    let text = "";
    socket.unref().setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk;
      if (!text.endsWith("\n")) return;
      obey(JSON.parse(text));
      socket.end(`${JSON.stringify({ nowMs: Date.now() })}\n`);
    });
  });
  server.on("error", () => {});
  server.listen(path).unref();
}

/** The loop sleeps as one that computes would keep it: nothing else in this thread happens, and no processor is lost. */
function repeatedBlocks() {
  const never = new Int32Array(new SharedArrayBuffer(4));
  let timer;
  return {
    set(blockMs, everyMs) {
      clearTimeout(timer);
      if (!(blockMs > 0)) return;
      const block = () => {
        Atomics.wait(never, 0, 0, blockMs);
        timer = setTimeout(block, Math.max(1, everyMs - blockMs)).unref();
      };
      timer = setTimeout(block, 1).unref();
    },
  };
}
