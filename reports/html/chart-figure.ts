import { type Markup, markup } from "./markup.ts";

/** A chart as the page holds it; the script draws into the element named `id`. */
export interface ChartFigure {
  readonly id: string;
  readonly title: string;
  /** What a reader who cannot see it should know. */
  readonly spoken: string;
  readonly height: "main" | "low" | "mini" | "lanes";
  /** Swatches with their words; the number under the cursor stands beside each. */
  readonly key: readonly ChartKey[];
  /** Below the chart. @default nothing */
  readonly below?: Markup;
}

export type ChartKey = readonly [swatch: string, word: string];

/** The figure with its title, its key and room for the drawing. */
export function chartFigure({ id, title, spoken, height, key, below = markup`` }: ChartFigure): Markup {
  const entries = key.map(
    ([swatch, word]) =>
      markup`<li><i class="swatch ${swatch}"></i>${word} <output data-value="${id}-${swatch}"></output></li>`,
  );
  return markup`
<figure class="chart-card">
  <figcaption><h3>${title}</h3><ul class="key live">${entries}<li class="at"><output data-value="${id}-at"></output></li></ul></figcaption>
  <div id="${id}" class="chart ${height}" tabindex="0" role="img" aria-label="${spoken}"></div>
  ${below}
</figure>`;
}
