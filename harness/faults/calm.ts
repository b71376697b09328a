interface Weather {
  inForce: number;
  changes: number;
}

const weathers = new WeakMap<object, Weather>();

/** A fault of ours begins on `path`; to be called when it is healed. */
export function disturb(path: object): () => void {
  const weather = weathers.get(path) ?? { inForce: 0, changes: 0 };
  weathers.set(path, weather);
  weather.inForce++;
  weather.changes++;
  return () => {
    weather.inForce--;
    weather.changes++;
  };
}

/**
 * A number that stays the same as long as no fault of ours is in force on `path`, nor was meanwhile; `null` while one
 * is.
 */
export function calmOf(path: object): number | null {
  const { inForce, changes } = weathers.get(path) ?? { inForce: 0, changes: 0 };
  return inForce === 0 ? changes : null;
}
