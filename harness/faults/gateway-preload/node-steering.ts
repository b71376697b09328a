import { mkdirSync, readdirSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Bounds, GatewaySteering } from "../../system/gateway-steering.ts";
import { leasedFolder } from "../../system/leased-folder.ts";
import { aheadBounds } from "../clock-bounds.ts";

const preload = fileURLToPath(new URL("preload.js", import.meta.url));
/** A gateway that is blocked answers after that. */
const answerWithinMs = 10_000;

/**
 * Steers gateways that run Node (18.19 or newer) by a module that is loaded before theirs, and takes orders on Unix
 * sockets in a folder that only this user can open. Every Node process and thread of a replica takes them, and one that
 * starts later begins with the last ones.
 */
export function nodeSteering(): GatewaySteering {
  // Short, for a socket's path may have about a hundred letters.
  const folder = leasedFolder("orders");
  const folderOf = (replica: number) => join(folder.path, String(replica));
  const standing = new Map<number, Orders>();
  /** What stands is noted first: it holds for the next life, also where nobody lives who could obey. */
  const stands = async (replica: number, words: Orders) => {
    standing.set(replica, { ...standing.get(replica), ...words });
    await order(folderOf(replica), words);
  };
  return {
    steered(replica, { env, ...program }) {
      mkdirSync(folderOf(replica), { recursive: true });
      const options = `${env.NODE_OPTIONS ?? ""} --import=${pathToFileURL(preload).href}`.trim();
      const orders = {
        GATECRASH_ORDERS: folderOf(replica),
        GATECRASH_STANDING_ORDERS: JSON.stringify(standing.get(replica) ?? {}),
      };
      return { ...program, env: { ...env, NODE_OPTIONS: options, ...orders } };
    },
    async setClock(replica, aheadMs) {
      await stands(replica, { clockAheadMs: aheadMs });
    },
    async clockAhead(replica) {
      const all = await order(folderOf(replica), {});
      // Of several processes the one that is least ahead of all: none of them may lag behind what is claimed.
      return all.reduce((least, next) => (Math.abs(middle(next)) < Math.abs(middle(least)) ? next : least));
    },
    async block(replica, blockMs, everyMs) {
      await stands(replica, { blockMs, everyMs });
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

type Orders = Readonly<Record<string, number>>;

function middle({ atLeastMs, atMostMs }: Bounds): number {
  return (atLeastMs + atMostMs) / 2;
}

/** Gives an order to every process of a replica that listens; rejects if none does. */
async function order(folder: string, words: Orders): Promise<Bounds[]> {
  const sockets = readdirSync(folder).filter((name) => name.endsWith(".sock"));
  const answers = await Promise.all(sockets.map((name) => tell(join(folder, name), words)));
  const obeyed = answers.filter((answer) => answer !== null);
  if (obeyed.length === 0) throw new Error("no process of the gateway takes orders");
  return obeyed;
}

/** `null` if nobody listens there any more, or no answer comes. */
function tell(path: string, words: Orders): Promise<Bounds | null> {
  return new Promise((resolve) => {
    const beforeMs = Date.now();
    const socket = createConnection(path);
    let text = "";
    socket.setEncoding("utf8").setTimeout(answerWithinMs, () => socket.destroy());
    socket.on("connect", () => socket.write(`${JSON.stringify(words)}\n`));
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      const nowMs = /"nowMs":(-?\d+)/.exec(text)?.[1];
      // Its Date.now() counts whole milliseconds, too.
      resolve(nowMs === undefined ? null : widened(aheadBounds(Number(nowMs), beforeMs, Date.now())));
    });
  });
}

function widened({ atLeastMs, atMostMs }: Bounds): Bounds {
  return { atLeastMs, atMostMs: atMostMs + 1 };
}
