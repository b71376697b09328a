import type { ChartConfiguration, Plugin } from "chart.js";
import { ChartJSNodeCanvas } from "chartjs-node-canvas";
import type { Result } from "../../harness/verdict/result.ts";
import { plain } from "../words/plain.ts";
import { verdictWords } from "../words/verdict-words.ts";
import { family, registerFont } from "./font.ts";
import { palette, verdictColours } from "./palette.ts";

/** Size of every picture in its own units; each unit is two pixels wide. */
export const pictureSize = { width: 1_200, height: 600, pixels: 2 } as const;

/** A chart as Chart.js takes it, and what stands above it. */
export interface Drawing {
  readonly title: string;
  readonly config: ChartConfiguration<"line"> | ChartConfiguration<"bar">;
  /** Room on the left of the chart, for names that it writes there itself. @default 32 */
  readonly leftMargin?: number;
}

/** Draws charts to PNG, one after the other, without clock or animation: the same drawing gives the same bytes. */
export function pictureDrawer(result: Result): (drawing: Drawing) => Uint8Array {
  registerFont();
  const { width, height } = pictureSize;
  const drawer = new ChartJSNodeCanvas({ width, height, backgroundColour: palette.paper });
  return ({ title, config, leftMargin = 32 }) => {
    const bare = config as ChartConfiguration;
    const layout = { padding: { left: leftMargin, right: 36, top: 112, bottom: 22 } };
    const options = { ...bare.options, layout };
    return drawer.renderToBufferSync(dressed({ ...bare, options }, title, result), "image/png");
  };
}

/** Adds to `config` what all pictures share. */
function dressed(config: ChartConfiguration, title: string, result: Result): ChartConfiguration {
  return {
    ...config,
    plugins: [...(config.plugins ?? []), heading(title, result)],
    options: {
      ...config.options,
      animation: false,
      responsive: false,
      devicePixelRatio: pictureSize.pixels,
      color: palette.muted,
      font: { family, size: 15 },
      plugins: {
        tooltip: { enabled: false },
        ...config.options?.plugins,
        legend: {
          position: "bottom",
          align: "start",
          labels: {
            font: { family, size: 15 },
            color: palette.ink,
            usePointStyle: true,
            boxHeight: 9,
            padding: 22,
          },
          ...config.options?.plugins?.legend,
        },
      },
    },
  };
}

/** The picture's title, and under it which run it is of and what its verdict was. */
function heading(title: string, { scenario, variant, seed, verdict }: Result): Plugin {
  const { word } = verdictWords[verdict];
  return {
    id: "heading",
    afterDraw: ({ ctx }) => {
      ctx.save();
      ctx.textAlign = "left";
      ctx.textBaseline = "alphabetic";
      ctx.font = `600 26px "${family}"`;
      ctx.fillStyle = palette.ink;
      ctx.fillText(title, 32, 46);
      ctx.font = `600 16px "${family}"`;
      ctx.fillStyle = verdictColours[verdict];
      ctx.fillText(word, 32, 74);
      const after = 32 + ctx.measureText(word).width + 14;
      ctx.font = `400 16px "${family}"`;
      ctx.fillStyle = palette.muted;
      ctx.fillText(`${plain(scenario, 40)} on ${plain(variant, 40)}, seed ${seed}`, after, 74);
      ctx.restore();
    },
  };
}
