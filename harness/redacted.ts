/** `url` with its password (or a lone user name, which may be one) replaced by `***`; what does not parse loses everything before its last `@`. */
export function redactedUrl(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password !== "") parsed.password = "***";
    else if (parsed.username !== "") parsed.username = "***";
    for (const name of parsed.searchParams.keys()) {
      if (/pass|auth|token|secret/i.test(name)) parsed.searchParams.set(name, "***");
    }
    return parsed.href;
  } catch {
    return url.replace(/^.*@/s, "***@");
  }
}

const secretName = "[\\w-]*(?:pass|auth|token|secret|api[-_]?key)[\\w-]*";
const value = `(?:"[^"]*"|'[^']*'|[^\\s"']+)`;
const assigned = new RegExp(`(${secretName}=)${value}`, "gi");
const followed = new RegExp(`(--${secretName}\\s+)(?!-)${value}`, "gi");

/**
 * `command` with what looks like a secret replaced by `***`: the users of its URLs, and the values that follow names like
 * `API_KEY=`, `--token=` or `--password `. What is shown may have to be completed before it can be typed again.
 */
export function redactedCommand(command: string): string {
  return command
    .replace(/(\w[\w+.-]*:\/\/)[^\s"'@/]+@/g, "$1***@")
    .replace(assigned, "$1***")
    .replace(followed, "$1***");
}
