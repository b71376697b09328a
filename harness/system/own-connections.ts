let made = 0;

/** The harness is about to connect to Redis itself, directly or through a proxy. */
export function noteOwnConnection(): void {
  made++;
}

/** How often the harness has, in this process: what Redis counts beyond it, others have made. */
export function ownConnections(): number {
  return made;
}
