import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Endpoint } from "../../engines/engine.ts";

/** A server process that is cheaper than any engine (`load-server.ts`). */
export interface LoadTarget extends AsyncDisposable {
  readonly endpoint: Endpoint;
}

/** Starts it on 127.0.0.1; it ends with us, whatever happens, since it reads our pipe. */
export async function startLoadTarget(): Promise<LoadTarget> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const program = new URL(`./load-server.${extension}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error("The server of the load bench ended before it listened."))),
  ]);
  return {
    endpoint: { host: "127.0.0.1", port: Number(String(line).trim()) },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
