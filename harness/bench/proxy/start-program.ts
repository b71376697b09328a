import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A program of the proxy bench that listens on 127.0.0.1. */
export interface StartedProgram extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Starts `name` beside this file; it ends with us, whatever happens, since it reads our pipe. */
export async function startProgram(name: string, args: readonly string[] = []): Promise<StartedProgram> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const program = fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error(`The program ${name} of the proxy bench ended early.`))),
  ]);
  return {
    port: Number(String(line).trim()),
    pid: child.pid ?? Number.NaN,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
