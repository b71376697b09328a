import type { League } from "../../harness/league/league.ts";
import { comparisonPicture } from "../compare/comparison-picture.ts";
import type { ReportFile } from "../report-format.ts";
import { leagueBars } from "./league-bars.ts";
import { leagueMarkdown } from "./league-markdown.ts";
import { drawnScenario } from "./league-words.ts";

/** `league.md` and its pictures: a pure function of the league. */
export function leagueFiles(league: League): readonly ReportFile[] {
  const drawn = drawnScenario(league);
  return [
    { path: "league.md", content: leagueMarkdown(league) },
    { path: "league/costs.png", content: leagueBars(league) },
    ...(drawn === undefined
      ? []
      : [{ path: `league/${drawn.scenario}.png`, content: comparisonPicture(drawn) }]),
  ];
}
