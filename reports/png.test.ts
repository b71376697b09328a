import { createCanvas, loadImage } from "canvas";
import { describe, expect, it } from "vitest";
import { format } from "./png.ts";
import { guiltyRun, hostileRun } from "./sample-run.ts";

const runs = { guilty: await format.render(guiltyRun()), hostile: await format.render(hostileRun()) };

describe.each(Object.entries(runs))("the pictures of the %s run", (_, files) => {
  it("are the four charts", () => {
    expect(files.map(({ path }) => path)).toEqual([
      "charts/timeline.png",
      "charts/latency.png",
      "charts/worst-span.png",
      "charts/accuracy.png",
    ]);
  });

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
