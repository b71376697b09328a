import { resolve } from "node:path";
import { isInstalled } from "./package-root.ts";

/** `path` from where the caller stands. */
export function whereTyped(path: string, options: WhereTypedOptions = {}): string {
  return resolve(callersFolder(options), path);
}

/**
 * Where the caller stands: also behind `npm run` in a checkout, which goes to the checkout's folder and keeps in
 * `INIT_CWD` where it was typed. Of an installed package a script behind `npm run` is the caller's own, and its paths are
 * from the folder that npm runs it in.
 */
export function callersFolder({
  installed = isInstalled,
  environment = process.env,
}: WhereTypedOptions = {}): string {
  return (installed ? undefined : environment.INIT_CWD) ?? process.cwd();
}

/** Who is asked. */
export interface WhereTypedOptions {
  /** @default whether this is a package that somebody installed */
  readonly installed?: boolean;
  /** @default that of this process */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
