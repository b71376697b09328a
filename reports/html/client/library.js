/** The chart library, which stands before this script in the page. */
export const uPlot = globalThis.uPlot;
