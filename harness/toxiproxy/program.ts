/**
 * The embedded server as a program of its own: `program.ts PORT SEED`. Says on standard output where it listens, then
 * one line for each request; TERM ends it.
 */
import { startServer } from "./server.ts";

const [port = "0", seed = "0"] = process.argv.slice(2);
const server = await startServer({
  port: Number(port),
  seed: Number(seed),
  onRequest: (line) => process.stdout.write(`${line}\n`),
});
process.stdout.write(`toxiproxy ${process.pid} seed ${seed} listens on ${server.url}\n`);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, async () => {
    await server[Symbol.asyncDispose]();
    process.exit(0);
  });
}
