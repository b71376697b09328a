/** Looks again and again until there is something to see, for at most `withinMs` (default 5,000); then `null`. */
export async function eventually<T>(look: () => Promise<T | null>, withinMs = 5_000): Promise<T | null> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null || performance.now() > deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
