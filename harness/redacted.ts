/** `url` with its password replaced by `***`; what does not parse loses everything before its last `@`. */
export function redactedUrl(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password !== "") parsed.password = "***";
    for (const name of parsed.searchParams.keys()) {
      if (/pass|auth|token|secret/i.test(name)) parsed.searchParams.set(name, "***");
    }
    return parsed.href;
  } catch {
    return url.replace(/^.*@/s, "***@");
  }
}
