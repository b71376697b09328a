import { existsSync, readFileSync } from "node:fs";

/** The operating system's name, version and processor, as a folder may be called: `debian-12-x64`. */
export function systemName(): string {
  const file = "/etc/os-release";
  const release = existsSync(file) ? readFileSync(file, "utf8") : "";
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]+)`, "m").exec(release)?.[1];
  return [field("ID") ?? process.platform, field("VERSION_ID") ?? "any", process.arch].join("-");
}
