import { createCanvas, loadImage } from "canvas";
import { describe, expect, it } from "vitest";
import { format } from "./png.ts";
import { guiltyRun, hostileRun, outageRun } from "./sample-run.ts";

const outages = {
  outage: await format.render(outageRun()),
  hostile: await format.render(hostileRun(outageRun())),
};
const runs = { guilty: await format.render(guiltyRun()), ...outages };

it("shows who decided only where somebody decided without Redis", () => {
  const charts = ["timeline", "latency", "worst-span", "accuracy"].map((name) => `charts/${name}.png`);
  expect(runs.guilty.map(({ path }) => path)).toEqual(charts);
  for (const files of Object.values(outages))
    expect(files.map(({ path }) => path)).toEqual(charts.toSpliced(2, 0, "charts/sources.png"));
});

describe.each(Object.entries(runs))("the pictures of the %s run", (_, files) => {
  it.each(files.map(({ path, content }) => [path, Buffer.from(content)] as const))(
    "%s is a PNG that shows something",
    async (_path, bytes) => {
      expect(bytes.subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001a\n");
      const image = await loadImage(bytes);
      expect([image.width, image.height]).toEqual([2_400, 1_200]);
      const context = createCanvas(600, 300).getContext("2d");
      context.drawImage(image, 0, 0, 600, 300);
      const pixels = new Uint32Array(context.getImageData(0, 0, 600, 300).data.buffer);
      expect(pixels[0]).toBe(0xff_ff_ff_ff);
      expect(new Set(pixels).size).toBeGreaterThan(50);
      expect(pixels.filter((pixel) => pixel !== 0xff_ff_ff_ff).length).toBeGreaterThan(5_000);
    },
  );
});
