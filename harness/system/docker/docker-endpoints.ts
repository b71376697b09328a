import { existsSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/** One place where a Docker may listen. */
export interface DockerEndpoint {
  /** `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`, `npipe:////./pipe/docker_engine`. */
  readonly url: string;
  /** Folder of `ca.pem`, `cert.pem` and `key.pem`, if it asks for them. */
  readonly certificates?: string;
}

/**
 * Where testcontainers would look for a Docker, the first place first: what DOCKER_HOST or
 * `~/.testcontainers.properties` names, and then nothing else; or else the usual sockets that exist.
 */
export function dockerEndpoints(env: NodeJS.ProcessEnv = process.env): DockerEndpoint[] {
  const settings = testcontainersSettings();
  const named = settings("tc.host") ?? env.DOCKER_HOST ?? settings("docker.host");
  if (named) return [{ url: named, ...certificates(env, settings) }];
  if (process.platform === "win32") return [{ url: "npipe:////./pipe/docker_engine" }];
  return usualSockets(env)
    .filter((file) => existsSync(file))
    .map((file) => ({ url: `unix://${file}` }));
}

type Settings = (name: string) => string | undefined;

function certificates(env: NodeJS.ProcessEnv, settings: Settings): { certificates?: string } {
  const isAsked = (env.DOCKER_TLS_VERIFY ?? settings("docker.tls.verify")) === "1";
  const folder = env.DOCKER_CERT_PATH ?? settings("docker.cert.path");
  return isAsked && folder !== undefined ? { certificates: folder } : {};
}

function usualSockets(env: NodeJS.ProcessEnv): string[] {
  const runtime = env.XDG_RUNTIME_DIR;
  return [
    "/var/run/docker.sock",
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock")]),
    join(homedir(), ".docker/run/docker.sock"),
    join(homedir(), ".docker/desktop/docker.sock"),
    `/run/user/${userInfo().uid}/docker.sock`,
  ];
}

function testcontainersSettings(): Settings {
  const file = join(homedir(), ".testcontainers.properties");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const entries = lines.map((line) => line.split(/\s*=\s*/, 2).map((part) => part.trim()));
  return (name) => entries.find(([key]) => key === name)?.[1];
}
