import { readFileSync } from "node:fs";
import { request as plainRequest, type RequestOptions } from "node:http";
import { request as secureRequest } from "node:https";
import { join } from "node:path";
import { z } from "zod";
import { type DockerEndpoint, dockerEndpoints } from "./docker-endpoints.ts";

/** A Docker that answers, or in words why none does. */
export type DockerAnswer =
  | { readonly answers: true; readonly url: string; readonly version: string }
  | { readonly answers: false; readonly reason: string };

/** Whom to ask, and how long to wait. */
export interface AskDockerOptions {
  /** @default 2000 */
  readonly withinMs?: number;
  /** @default where testcontainers would look */
  readonly endpoints?: readonly DockerEndpoint[];
}

/** Asks all endpoints at once for their version; the first in order that answers is taken. Never rejects. */
export async function askDocker(options: AskDockerOptions = {}): Promise<DockerAnswer> {
  const { withinMs = 2000, endpoints = dockerEndpoints() } = options;
  if (endpoints.length === 0) {
    return { answers: false, reason: "there is no DOCKER_HOST and no socket like /var/run/docker.sock" };
  }
  const asked = endpoints.map(async (endpoint): Promise<DockerAnswer> => {
    try {
      return { answers: true, url: endpoint.url, version: await versionAt(endpoint, withinMs) };
    } catch (error) {
      return { answers: false, reason: `${endpoint.url} ${reasonOf(error)}` };
    }
  });
  const answers = await Promise.all(asked);
  const reasons = answers.flatMap((answer) => (answer.answers ? [] : [answer.reason]));
  return answers.find((answer) => answer.answers) ?? { answers: false, reason: reasons.join("; ") };
}

function versionAt(endpoint: DockerEndpoint, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(withinMs);
    signal.addEventListener("abort", () => reject(new Error(`does not answer within ${withinMs / 1000} s`)));
    const options = { ...address(endpoint), path: "/version", signal, agent: false };
    const send = endpoint.certificates === undefined ? plainRequest : secureRequest;
    const asking = send(options, async (response) => {
      try {
        const text = Buffer.concat(await response.toArray()).toString();
        if (response.statusCode !== 200) throw new Error(`answers ${response.statusCode}`);
        resolve(versionIn(text));
      } catch (error) {
        reject(error);
      }
    });
    asking.on("error", reject).end();
  });
}

function address({ url, certificates }: DockerEndpoint): RequestOptions & SecretFiles {
  const { protocol, hostname, port, pathname } = URL.parse(url) ?? {};
  if ((protocol === "unix:" || protocol === "npipe:") && pathname) return { socketPath: pathname };
  if (!hostname || !["tcp:", "http:", "https:"].includes(protocol ?? "")) {
    throw new Error("is of no kind that is known here: write unix:///FILE or tcp://HOST:PORT");
  }
  return { host: hostname, port: port || 2375, ...(certificates === undefined ? {} : secrets(certificates)) };
}

interface SecretFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function secrets(folder: string): SecretFiles {
  const read = (name: string) => readFileSync(join(folder, name));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

const versionAnswer = z.object({ Version: z.string() });

function versionIn(text: string): string {
  try {
    return versionAnswer.parse(JSON.parse(text)).Version;
  } catch (cause) {
    throw new Error("answers, but is no Docker", { cause });
  }
}

/** The system's own words are put in brackets: `cannot be reached (connect ECONNREFUSED 127.0.0.1:2375)`. */
function reasonOf(error: unknown): string {
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? message : `cannot be reached (${message || code})`;
}
