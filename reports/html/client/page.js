import { runCharts } from "./run-charts.js";
import { roomOf, theme } from "./theme.js";
import { witnessChart } from "./witness-chart.js";

const data = JSON.parse(document.getElementById("chart-data").textContent);
let charts = [];
let witness = null;

/** Draws everything anew: at first, and when the colours change. */
function drawAll() {
  for (const chart of [...charts, witness]) chart?.destroy();
  const colours = theme();
  charts = runCharts(data, colours);
  witness = data.witness && witnessChart(data.witness, colours);
  for (const chart of charts) steerByKeyboard(chart, charts, 2);
  if (witness) steerByKeyboard(witness, [witness], 1);
}

function resizeAll() {
  for (const chart of [...charts, witness]) if (chart) chart.setSize(roomOf(chart.root.parentElement));
}

/** Arrow keys move the cursor of all charts of `group`, Escape shows the whole of them again. */
function steerByKeyboard(chart, group, stride) {
  const steps = { ArrowLeft: -stride, ArrowRight: stride, PageUp: -10 * stride, PageDown: 10 * stride };
  chart.root.parentElement.onkeydown = (event) => {
    if (event.key === "Escape") for (const one of group) zoomTo(one, null);
    if (!(event.key in steps)) return;
    event.preventDefault();
    const [xs] = chart.data;
    const { min, max } = chart.scales.x;
    const first = xs.findIndex((x) => x >= min);
    const last = xs.findLastIndex((x) => x <= max);
    const index = Math.min(
      last,
      Math.max(first, (chart.cursor.idx ?? first - steps[event.key]) + steps[event.key]),
    );
    for (const one of group) one.setCursor({ left: one.valToPos(xs[index], "x"), top: 10 });
  };
}

function zoomTo(chart, span) {
  const [xs] = chart.data;
  chart.setScale(
    "x",
    span ? { min: span.fromMs / 1000, max: span.untilMs / 1000 } : { min: xs[0], max: xs.at(-1) },
  );
}

for (const button of document.querySelectorAll("[data-phase]"))
  button.addEventListener("click", () => {
    for (const chart of charts) zoomTo(chart, data.phases[button.dataset.phase] ?? null);
  });

for (const button of document.querySelectorAll("[data-fault]"))
  button.addEventListener("click", () => {
    const { fromMs, untilMs } = data.faults[button.dataset.fault];
    const roomMs = Math.max(500, (untilMs - fromMs) * 0.3);
    const first = data.slots.fromMs;
    const last = first + data.slots.count * data.slots.slotMs;
    const span = { fromMs: Math.max(first, fromMs - roomMs), untilMs: Math.min(last, untilMs + roomMs) };
    for (const chart of charts) zoomTo(chart, span);
  });

for (const button of document.querySelectorAll("[data-span]"))
  button.addEventListener("click", () => {
    const [xs, totals] = witness.data;
    const first = totals.findIndex((total) => total > (data.witness.overAbove ?? Number.POSITIVE_INFINITY));
    const from = button.dataset.span === "excess" && first > 0 ? Math.max(0, first - 45) : 0;
    witness.setScale("x", { min: xs[from], max: xs.at(-1) });
  });

document.getElementById("copy")?.addEventListener("click", async ({ target }) => {
  const command = document.getElementById("command");
  getSelection().selectAllChildren(command);
  try {
    await navigator.clipboard.writeText(command.textContent);
    target.textContent = "Copied";
  } catch {
    target.textContent = "Selected";
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
for (const moment of ["beforeprint", "afterprint"])
  addEventListener(moment, () => {
    document.documentElement.classList.toggle("paper", moment === "beforeprint");
    drawAll();
  });
new ResizeObserver(resizeAll).observe(document.querySelector("main"));
document.fonts.ready.then(drawAll);
