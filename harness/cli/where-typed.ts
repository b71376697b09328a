import { resolve } from "node:path";

/** `path` from where the caller stands, also behind `npm run`, which goes to the package's folder. */
export function whereTyped(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}
