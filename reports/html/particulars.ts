import type { Result } from "../../harness/verdict/result.ts";
import { count, duration } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { type Markup, markup } from "./markup.ts";

/** The numbers of each phase; refusals and errors only where there are any. */
export function phaseTable({ phases, outcomes: { unavailable, errors } }: Result): Markup {
  const ifAny = (many: number, cell: Markup) => (many > 0 ? cell : null);
  const rows = phases.map(
    ({ name, model, role, fromMs, untilMs, load, outcomes, latencyMs }) => markup`
<tr><th scope="row">${cut(plain(name), 40)}</th><td class="text">${role === "warmup" ? "warm-up, not judged" : model === "open" ? "paced" : "saturating"}</td><td>${duration(fromMs)}</td><td>${duration(load.sendingMs ?? untilMs - fromMs)}</td><td>${count(load.offered)}</td><td>${count(load.achievedRatePerSecond)}</td><td>${count(outcomes.allowed)}</td><td>${count(outcomes.denied)}</td>${ifAny(unavailable, markup`<td>${count(outcomes.unavailable)}</td>`)}${ifAny(errors, markup`<td>${count(outcomes.errors)}</td>`)}<td>${count(outcomes.lost)}</td><td>${latencyMs === null ? "" : duration(latencyMs.p50)}</td><td>${latencyMs === null ? "" : duration(latencyMs.p99)}</td><td>${model === "open" ? duration(load.sendLagMs.p99) : ""}</td></tr>`,
  );
  return markup`
<div class="scroll" tabindex="0" role="region" aria-label="Phases"><table>
<thead><tr><th scope="col">Phase</th><th scope="col" class="text">Load</th><th scope="col">Begins</th><th scope="col">Lasts</th><th scope="col">Offered</th><th scope="col">Per second</th><th scope="col">Allowed</th><th scope="col">Denied</th>${ifAny(unavailable, markup`<th scope="col">Unavailable</th>`)}${ifAny(errors, markup`<th scope="col">Errors</th>`)}<th scope="col">Lost</th><th scope="col">p50</th><th scope="col">p99</th><th scope="col">Lag p99</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** Where it ran. */
export function environmentList({ environment, startedAt, scenario, variant, seed }: Result): Markup {
  const facts: readonly (readonly [string, string])[] = [
    ["Scenario", scenario],
    ["Variant", variant],
    ["Seed", String(seed)],
    ["Started", startedAt],
    ["Gatecrash", environment.gatecrash],
    ["Node", environment.node],
    ["Platform", environment.platform],
    ["Processors", environment.cpus],
    ["Redis", environment.redis],
  ];
  const rows = facts.map(
    ([name, value]) => markup`<div><dt>${name}</dt><dd>${cut(plain(value), 200)}</dd></div>`,
  );
  return markup`<dl class="facts">${rows}</dl>`;
}

/** The line that repeats the run, to copy. */
export function repeatCommand({ command }: Result): Markup {
  return markup`<div class="repeat"><pre tabindex="0"><code id="command">${plain(command, 1_000)}</code></pre><button type="button" id="copy">Copy</button></div>`;
}
