/** The page's colours, read again whenever the reader switches between light and dark. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"),
    muted: colour("muted"),
    grid: colour("grid"),
    surface: colour("surface"),
    band: colour("band"),
    allowed: colour("allowed"),
    denied: colour("denied"),
    lost: colour("lost"),
    errors: colour("errors"),
    dropped: colour("dropped"),
    unavailable: colour("unavailable"),
    redis: colour("redis"),
    local: colour("local"),
    unlabelled: colour("unlabelled"),
    undecided: colour("lost"),
    closed: colour("closed"),
    "half-open": colour("half-open"),
    open: colour("open"),
    commands: colour("redis"),
    scripts: colour("p50"),
    connections: colour("p50"),
    offered: colour("offered"),
    p50: colour("p50"),
    p99: colour("p99"),
    max: colour("max"),
    spread: colour("spread"),
    fail: colour("fail"),
    promise: colour("promise"),
    faults: [0, 1, 2, 3].map((index) => colour(`fault-${index}`)),
  };
}

/** The font of every text that is drawn. */
export const font = (size, weight = 400) => `${weight} ${size}px Inter, system-ui, sans-serif`;

/** Width of a chart on a printed page, whose layout no script can see, in CSS pixels. */
const paperWidth = 640;

/** How large a chart in `host` may be. */
export function roomOf(host) {
  const isPaper = document.documentElement.classList.contains("paper");
  return { width: isPaper ? paperWidth : host.clientWidth, height: host.clientHeight };
}
