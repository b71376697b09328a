/**
 * The value that Student's t with so many `degrees` of freedom (a whole number from 1) exceeds with the probability `tail`
 * (above 0, at most 1/2). Source: the finite series of its distribution, Abramowitz and Stegun 26.7.3 and 26.7.4, turned
 * round by bisection.
 */
export function studentQuantile(tail: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (upperTail(high, degrees) > tail) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return high;
}

function upperTail(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 - within) / 2;
}
