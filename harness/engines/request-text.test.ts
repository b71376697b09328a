import { describe, expect, it } from "vitest";
import { allocateRequests, refundCode } from "../history/requests.ts";
import { requestText } from "./request-text.ts";

const endpoint = { host: "127.0.0.1", port: 8080 };

describe("a request on the wire", () => {
  it("tells who asks, to whom he belongs, what it costs, and that the cost is to be given back", () => {
    const requests = allocateRequests(2);
    requests.subject[1] = 1;
    requests.cost.set([1, 3]);
    requests.refund[1] = refundCode.asked;
    const context = {
      requests,
      endpoints: [endpoint],
      wireKeys: ["run:a", "run:b"],
      fields: ["x-tenant-id: run:acme\r\n", "x-tenant-id: run:beta\r\n"],
      keyHeader: "x-api-key",
      policyNames: [],
    };
    const text = requestText(context, endpoint);
    const head = "GET / HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n";
    expect(text(0)).toBe(`${head}x-api-key: run:a\r\nx-tenant-id: run:acme\r\n\r\n`);
    expect(text(1)).toBe(
      `${head}x-api-key: run:b\r\nx-tenant-id: run:beta\r\nx-cost: 3\r\nx-refund: 1\r\n\r\n`,
    );
  });

  it("is as short as it can be where nothing of that is so", () => {
    const requests = allocateRequests(1);
    requests.cost[0] = 1;
    const text = requestText({ requests, endpoints: [endpoint], wireKeys: ["k"], policyNames: [] }, endpoint);
    expect(text(0)).toBe("GET / HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nx-client-id: k\r\n\r\n");
  });
});
