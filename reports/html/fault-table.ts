import type { JudgedRun } from "../report-format.ts";
import { type Recovery, recoveries } from "../series/recoveries.ts";
import { duration } from "../words/numerals.ts";
import { cut, plain } from "../words/plain.ts";
import { outcomeText } from "../words/recovery-text.ts";
import { replicaList } from "../words/replica-list.ts";
import { sentence } from "../words/sentence.ts";
import { type Markup, markup } from "./markup.ts";

type Fault = JudgedRun["result"]["faults"][number];

/** Every fault: what, where and when, what was seen of it, and when each replica was back on Redis. */
export function faultTable(run: JudgedRun): Markup {
  const all = recoveries(run);
  const rows = run.result.faults.map(
    (fault, index) => markup`
<tr class="${fault.verified === null ? "unseen" : "seen"}"><th scope="row"><i class="fault-mark fault-${index % 4}">F${index + 1}</i><div>${cut(plain(fault.name), 60)}<span>${cut(plain(fault.legend), 200)}</span></div></th><td data-label="Where">${replicaList(fault.replicas)}</td><td data-label="In force">${when(fault)}</td><td data-label="Seen">${seen(fault.verified, "Its effect was not seen.")}</td><td data-label="Healed">${seen(fault.healed, "It was not seen to be healed.")}</td><td data-label="Afterwards">${afterwards(all.filter((one) => one.fault === index))}</td></tr>`,
  );
  return markup`
<div class="scroll faults" tabindex="0" role="region" aria-label="Faults"><table>
<thead><tr><th scope="col">Fault</th><th scope="col">Where</th><th scope="col">In force</th><th scope="col">Seen</th><th scope="col">Healed</th><th scope="col">Afterwards</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function when({ atMs, injectedMs, healingMs, untilMs }: Fault): Markup {
  return markup`<div>${duration(injectedMs)} to ${duration(healingMs)}<span>injected in ${duration(injectedMs - atMs)}, healed in ${duration(untilMs - healingMs)}</span></div>`;
}

/** What was seen, or a warning that nothing was. */
function seen(text: string | null, otherwise: string): Markup {
  return text === null
    ? markup`<b class="warn"><span aria-hidden="true">\u26a0\ufe0e</span> ${otherwise}</b>`
    : markup`<div>${sentence(cut(plain(text), 240))}</div>`;
}

/** One line a replica, or one for all that fared alike. */
function afterwards(ofFault: readonly Recovery[]): Markup {
  const alike = Map.groupBy(ofFault, ({ outcome }) => outcomeText(outcome));
  const lines = [...alike].map(
    ([text, group]) =>
      markup`<li>${ofFault.length > 1 && group.length < ofFault.length ? markup`<b>${replicaList(group.map(({ replica }) => replica))}</b> ` : null}${text}</li>`,
  );
  return markup`<ul>${lines}</ul>`;
}
