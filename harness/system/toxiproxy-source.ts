import { join } from "node:path";
import { isOnThisMachine } from "../on-this-machine.ts";
import { Refusal } from "../refusal.ts";
import { connectToxiproxy } from "../toxiproxy/control.ts";
import { startEmbeddedToxiproxy } from "../toxiproxy/embedded-toxiproxy.ts";
import { freePort } from "./free-port.ts";
import { startGuarded } from "./guarded-process.ts";

/** A Toxiproxy that answers; disposing stops it if it is ours. */
export interface FoundToxiproxy extends AsyncDisposable {
  /** Of its control API. */
  readonly url: string;
  /** In words, without its version. */
  readonly origin: string;
  /** On this machine: it shares our network. */
  readonly isHere: boolean;
  /** Started for this run alone. */
  readonly isOurs: boolean;
}

/** Which Toxiproxy. */
export interface ToxiproxyChoice {
  /** One that runs already. */
  readonly toxiproxyUrl?: string;
  /** @default "embedded" */
  readonly toxiproxy?: "embedded" | "path";
  /** Its log goes to `logs/toxiproxy.log` in it. */
  readonly runFolder: string;
  /** Of the embedded one. */
  readonly seed: number;
}

const readyWithinMs = 10_000;

/** The given Toxiproxy, else one that is started. A `Refusal` says what to do if there is none. */
export async function findToxiproxy(choice: ToxiproxyChoice): Promise<FoundToxiproxy> {
  const { toxiproxyUrl, toxiproxy = "embedded", runFolder, seed } = choice;
  if (toxiproxyUrl !== undefined) return given(toxiproxyUrl);
  if (toxiproxy === "path") return fromPath(runFolder);
  const embedded = await startEmbeddedToxiproxy({ runFolder, seed });
  return {
    url: embedded.url,
    origin: "embedded Toxiproxy",
    isHere: true,
    isOurs: true,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

function given(url: string): FoundToxiproxy {
  requireToxiproxyUrl(url);
  const { hostname } = new URL(url);
  return {
    url,
    origin: `given Toxiproxy at ${url},`,
    isHere: isOnThisMachine(hostname),
    isOurs: false,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Throws a `Refusal` if `url` cannot be that of a control API. */
export function requireToxiproxyUrl(url: string): void {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return;
  throw new Refusal(`${url} is no URL of a Toxiproxy: write it like http://127.0.0.1:8474.`);
}

async function fromPath(runFolder: string): Promise<FoundToxiproxy> {
  const port = await freePort();
  const running = await startGuarded({
    name: "toxiproxy",
    command: "toxiproxy-server",
    args: ["-host", "127.0.0.1", "-port", String(port)],
    logFile: join(runFolder, "logs", "toxiproxy.log"),
  });
  const url = `http://127.0.0.1:${port}`;
  const deadlineMs = performance.now() + readyWithinMs;
  while (running.exit === null && performance.now() < deadlineMs) {
    if (await answers(url)) {
      running.renewLease();
      return {
        url,
        origin: "toxiproxy-server",
        isHere: true,
        isOurs: true,
        [Symbol.asyncDispose]: () => running.stop(),
      };
    }
    await Promise.race([running.exited, new Promise((resolve) => setTimeout(resolve, 10))]);
  }
  await running.stop();
  if (running.exit?.code === 127)
    throw new Refusal("There is no toxiproxy-server on the PATH: install it, or use the embedded one.");
  throw new Refusal(`toxiproxy-server does not come up: ${running.lastLogLines(3).join(" | ")}`);
}

async function answers(url: string): Promise<boolean> {
  return connectToxiproxy(url, { deadlineMs: 1_000 }).then(
    () => true,
    () => false,
  );
}
