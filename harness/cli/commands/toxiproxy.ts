import { once } from "node:events";
import type { Command } from "commander";
import { Refusal } from "../../refusal.ts";
import { startServer, type ToxiproxyServer } from "../../toxiproxy/server.ts";
import { wholeNumber } from "../duration.ts";

/** The options as commander hands them over. */
interface ToxiproxyCommandOptions {
  readonly host: string;
  readonly port: string;
  readonly config?: string;
  readonly seed?: string;
}

const examples = `
Examples:
  npm run toxiproxy
  npm run toxiproxy -- --port 0 --seed 7
  npm run toxiproxy -- --config proxies.json`;

/** `toxiproxy`: the embedded server in the foreground, for any Toxiproxy client, until Ctrl-C. */
export function addToxiproxy(program: Command, ended: (code: number) => void): void {
  program
    .command("toxiproxy")
    .description("Runs a Toxiproxy-compatible server in the foreground, for any of its clients.")
    .option("--host <host>", "where its API listens", "127.0.0.1")
    .option("--port <n>", "port of its API; 0 takes a free one", "8474")
    .option("--config <file>", "proxies to begin with, a JSON list as for POST /populate")
    .option("--seed <n>", "seed of toxicity and jitter (default: a new one, printed)")
    .addHelpText("after", examples)
    .action(async (options: ToxiproxyCommandOptions) => {
      const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
      const seed =
        options.seed === undefined
          ? Math.floor(Math.random() * 1_000_000)
          : wholeNumber(options.seed, "--seed", 0, 2_147_483_647);
      await using server = await started(options, seed);
      console.log(`Toxiproxy listens on ${server.url} (seed ${seed}); Ctrl-C ends it.`);
      await interrupted;
      ended(0);
    });
}

async function started(
  { host, port, config }: ToxiproxyCommandOptions,
  seed: number,
): Promise<ToxiproxyServer> {
  try {
    return await startServer({
      host,
      port: wholeNumber(port, "--port", 0, 65_535),
      seed,
      ...(config === undefined ? {} : { config }),
    });
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`The server cannot start: ${why}; choose another --port, --host or --config.`, {
      cause,
    });
  }
}
