/** What of a container's settings says how its ports are published. */
export interface Publishing {
  PortBindings?: unknown;
}

type PortBindings = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/**
 * Publishes the ports on 127.0.0.1 only, if that is how Docker is reached (`host` is what testcontainers resolved):
 * testcontainers itself publishes to every network of the machine. A Docker elsewhere is left as it is.
 */
export function publishOnLoopback(settings: Publishing, host: string): void {
  if (!isLoopback(host)) return;
  const bindings = Object.entries((settings.PortBindings ?? {}) as PortBindings);
  settings.PortBindings = Object.fromEntries(
    bindings.map(([port, hosts]) => [port, hosts.map((each) => ({ ...each, HostIp: "127.0.0.1" }))]),
  );
}

/** Of the ports that a module publishes only these stay: each costs Docker a process and time. */
export function publishOnly(settings: Publishing, ports: readonly number[]): void {
  const names = ports.map((port) => `${port}/tcp`);
  const bindings = Object.entries(settings.PortBindings ?? {});
  settings.PortBindings = Object.fromEntries(bindings.filter(([name]) => names.includes(name)));
}

/** The name by which programs of this machine reach a published port: never one that must be looked up. */
export function reachableHost(host: string): string {
  return isLoopback(host) ? "127.0.0.1" : host;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "127.0.0.1";
}
