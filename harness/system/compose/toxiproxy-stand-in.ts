import { once } from "node:events";
import { startServer } from "../../toxiproxy/server.ts";

/**
 * Our own Toxiproxy under the original's flags (`-host=0.0.0.0 -port=8474 -config=FILE -seed=N`), for an image that
 * takes the place of `ghcr.io/shopify/toxiproxy` where that one cannot be pulled.
 */
const flags = Object.fromEntries(
  process.argv.slice(2).map((flag) => {
    const [, name, value] = /^--?(host|port|config|seed)=(.+)$/.exec(flag) ?? [];
    if (name === undefined) throw new Error(`${flag} is no flag that is known here`);
    return [name, value];
  }),
) as { readonly host?: string; readonly port?: string; readonly config?: string; readonly seed?: string };

await using server = await startServer({
  host: flags.host ?? "127.0.0.1",
  port: Number(flags.port ?? 8474),
  seed: Number(flags.seed ?? 0),
  ...(flags.config === undefined ? {} : { config: flags.config }),
});
console.log(`Toxiproxy listens on ${server.url}`);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
