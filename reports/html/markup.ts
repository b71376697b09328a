import { plain } from "../words/plain.ts";

/** HTML that is safe to put into a page. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[] | null;

/** HTML from a template: strings and numbers are escaped, `Markup` goes in as it is, `null` is nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const html = strings.map((text, index) => text + rendered(values[index] ?? null)).join("");
  return { html };
}

/** `text` escaped like any other, but never cut: for what is to be typed again. */
export function whole(text: string): Markup {
  return { html: escaped(text, Number.POSITIVE_INFINITY) };
}

/** `text` for elements and for attributes in quotes, without anything that could steer the page or its reader. */
function escaped(text: string, atMost = 2_000): string {
  return plain(text, atMost)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function rendered(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return escaped(String(value));
  return "html" in value ? value.html : value.map(({ html }) => html).join("");
}
