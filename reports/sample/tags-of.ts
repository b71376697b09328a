/** An opening tag and its attributes, with their references resolved no further than needed to compare. */
export interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Test support: the opening tags of an HTML page, read as a browser would, raw text of scripts and styles skipped. */
export function tagsOf(html: string): readonly Tag[] {
  const tags: Tag[] = [];
  const opening = /<([a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
  for (let found = opening.exec(html); found !== null; found = opening.exec(html)) {
    const name = (found[1] ?? "").toLowerCase();
    tags.push({ name, attributes: attributesOf(found[2] ?? "") });
    if (name === "script" || name === "style")
      opening.lastIndex = html.toLowerCase().indexOf(`</${name}`, opening.lastIndex);
  }
  return tags;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", double, single, bare] of text.matchAll(
    /([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  ))
    attributes[name.toLowerCase()] = double ?? single ?? bare ?? "";
  return attributes;
}
