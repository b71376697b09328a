/** `value` with `places` places, or with as many more as it takes: what is not 1 never reads as 1. */
export function ratioText(value: number, places: number): string {
  for (let more = places; more <= mostPlaces; more++) {
    const text = value.toFixed(more);
    if (value === 1 || Number(text) !== 1) return text;
  }
  return value > 1 ? "> 1" : "< 1";
}

const mostPlaces = 8;
