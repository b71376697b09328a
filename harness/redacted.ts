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
