import { dirname } from "node:path";
import { fileName } from "../own-file.ts";
import { type ChosenVariant, chooseVariant } from "./catalogue.ts";

/** One of several limiters that run side by side. */
export interface Contender extends ChosenVariant {
  /** As the command line has it. */
  readonly typed: string;
}

/**
 * The variants that `typed` name, each once, by names that differ. Throws a `Refusal` as `chooseVariant` does.
 */
export async function chooseVariants(typed: readonly string[]): Promise<readonly Contender[]> {
  const chosen = await Promise.all(
    typed.map(async (name): Promise<Contender> => ({ ...(await chooseVariant(name)), typed: name })),
  );
  const isFirst = ({ gatewayArgs }: Contender, index: number) =>
    chosen.findIndex((one) => one.gatewayArgs.join("\n") === gatewayArgs.join("\n")) === index;
  return toldApart(chosen.filter(isFirst));
}

/**
 * `chosen` by names that differ also where a file system knows no capitals, for everything that is measured is kept by
 * them. Ours keep theirs; a file of the caller's that is called like another gets so many of its folders in front as tell
 * the two apart (`./b/limiter.ts` beside `./a/limiter.ts` is `b-limiter`), and at last a number.
 */
export function toldApart<T extends Pick<ChosenVariant, "name" | "ownFile">>(
  chosen: readonly T[],
): readonly T[] {
  const taken = new Set(
    chosen.flatMap(({ name, ownFile }) => (ownFile === null ? [name.toLowerCase()] : [])),
  );
  return chosen.map((one) => {
    if (one.ownFile === null) return one;
    const name = firstFree(namesFor(one.name, one.ownFile), taken);
    taken.add(name.toLowerCase());
    return { ...one, name };
  });
}

function firstFree(names: Iterable<string>, taken: ReadonlySet<string>): string {
  for (const name of names) if (!taken.has(name.toLowerCase())) return name;
  throw new RangeError("names have run out");
}

/** Names for what lies in `file`, without end. */
function* namesFor(name: string, file: string): Generator<string> {
  let longest = name;
  yield longest;
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    longest = `${fileName(folder)}-${longest}`;
    yield longest;
  }
  for (let n = 2; ; n++) yield `${name}-${n}`;
}
