import { ratioText } from "../../harness/promises/ratio-text.ts";
import type { Triple } from "../../harness/verdict/finding.ts";
import { count, duration, percent, significant } from "./numerals.ts";

/** What a number's camelCase name says: the words without the unit, and how to write a value of that unit. */
export interface NamedNumber {
  readonly label: string;
  readonly text: (value: number) => string;
}

const units: readonly (readonly [suffix: RegExp, text: NamedNumber["text"]])[] = [
  [/Ms$/, duration],
  [/Share$/, percent],
  [/PerSecond$/, (value) => `${significant(value)} a second`],
  [
    /Ratio$/,
    (value) =>
      Number.isFinite(value) ? `${ratioText(value, 4).replace(/0$/, "")} \u00d7` : significant(value),
  ],
  [/Bytes$/, (value) => `${count(value)} bytes`],
];

/** Reads the unit from the end of `name`: `wronglyAllowedShare` is `wrongly allowed`, written in percent. */
export function namedNumber(name: string): NamedNumber {
  const unit = units.find(([suffix]) => suffix.test(name));
  const bare = unit === undefined ? name : name.replace(unit[0], "");
  return { label: spaced(bare === "" ? name : bare), text: unit?.[1] ?? significant };
}

/** `value` in words: a plain number, or a triple as `proved – estimate – at most`. */
export function numberText(name: string, value: number | Triple): string {
  const { text } = namedNumber(name);
  if (typeof value === "number") return text(value);
  return `${text(value.proved)} proved, ${text(value.estimate)} estimated, ${atMostText(value, text)}`;
}

/** How far the truth may lie above what is proved. */
export function atMostText({ atMost }: Triple, text: NamedNumber["text"]): string {
  return atMost === Number.POSITIVE_INFINITY ? "no upper bound" : `at most ${text(atMost)}`;
}

function spaced(camelCase: string): string {
  return camelCase
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Za-z])(\d)/g, "$1 $2")
    .toLowerCase()
    .replace(/\bp (\d+)/g, "p$1");
}
