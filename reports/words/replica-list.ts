/** Numbers of replicas, runs of them joined: `replica 1`, `replicas 0–2`, `replicas 0, 2`. */
export function replicaList(replicas: readonly number[]): string {
  if (replicas.length === 0) return "no replica";
  const runs: [from: number, until: number][] = [];
  for (const replica of [...new Set(replicas)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && replica === last[1] + 1) last[1] = replica;
    else runs.push([replica, replica]);
  }
  const texts = runs.map(([from, until]) =>
    from === until ? `${from}` : until === from + 1 ? `${from}, ${until}` : `${from}\u2013${until}`,
  );
  return `${new Set(replicas).size === 1 ? "replica" : "replicas"} ${texts.join(", ")}`;
}
