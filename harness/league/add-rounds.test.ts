import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleBlock } from "../compare/sample-comparison.ts";
import { roundKeeper } from "./add-rounds.ts";
import { leagueState } from "./league-state.ts";
import { sampleLeague } from "./sample-league.ts";

const { numbers } = sampleBlock(1);

describe("a round of blocks", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatecrash-rounds-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const opened = () => leagueState(folder, sampleLeague().settings);

  it("is kept whole, with who could not be measured and why", async () => {
    const rounds = roundKeeper(await opened(), new Map([["gone", "Cannot find package"]]));
    rounds.add("gcra", numbers);
    rounds.add("none", numbers);
    await rounds.keep(1);
    const kept = await (await opened()).round(1);
    expect(kept).toMatchObject({ block: 1, numbers: { gcra: numbers, none: numbers } });
    expect(kept?.failures).toEqual({ gone: "Cannot find package" });
  });

  it("that was broken off is not kept, so that nobody is paired with what was measured hours later", async () => {
    roundKeeper(await opened(), new Map()).add("gcra", numbers);
    const state = await opened();
    expect(await state.round(1)).toBeNull();
    const later = roundKeeper(state, new Map());
    later.add("none", numbers);
    await later.keep(1);
    expect(Object.keys((await state.round(1))?.numbers ?? {})).toEqual(["none"]);
  });

  it("holds nothing of the round before it, and is not kept where nobody was measured", async () => {
    const state = await opened();
    const rounds = roundKeeper(state, new Map());
    rounds.add("gcra", numbers);
    await rounds.keep(1);
    await rounds.keep(2);
    expect(await state.round(2)).toBeNull();
  });
});
