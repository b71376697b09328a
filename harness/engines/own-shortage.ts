const codes: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM"]);

/** Whether a connection failed for want of something on our own machine: then no target is to blame. */
export function isOwnShortage(error: NodeJS.ErrnoException | null): boolean {
  return codes.has(error?.code ?? "");
}
