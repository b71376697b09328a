import { once } from "node:events";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { expect, it } from "vitest";
import { until } from "../system/until.ts";
import { rig } from "./test-rig.ts";

it("a proxy that is pointed elsewhere cuts what leads to the old upstream, and keeps its address and where it led", async () => {
  await using test = await rig();
  const other = createServer((socket) => socket.on("error", () => {}).write("other")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const { client } = await test.connect();
  await test.proxy.pointTo(`127.0.0.1:${(other.address() as AddressInfo).port}`);
  await until(() => client.fate() !== null);
  for (const again of [test.proxy.enable, test.proxy.restore]) {
    await again();
    const led = await firstWords(test.proxy);
    expect(led).toBe("other");
  }
  await test.proxy.pointTo(test.proxy.upstream);
  const { upstream } = await test.connect();
  expect(upstream.fate()).toBeNull();
  other.close();
});

it("a proxy that is disabled stays so when it is pointed elsewhere", async () => {
  await using test = await rig();
  await test.proxy.disable();
  await test.proxy.pointTo("127.0.0.1:1");
  await test.proxy.pointTo(test.proxy.upstream);
  expect(await (await fetch(`${test.url}/proxies/test`)).json()).toMatchObject({ enabled: false });
  await test.proxy.enable();
  await test.connect();
});

async function firstWords({ host, port }: { readonly host: string; readonly port: number }): Promise<string> {
  const socket = createConnection({ host, port });
  const [bytes] = await once(socket, "data");
  socket.destroy();
  return String(bytes);
}
