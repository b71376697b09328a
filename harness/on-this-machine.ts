/** Whether `hostname`, as a URL has it, can only be this machine: `localhost` or a loopback address. */
export function isOnThisMachine(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
