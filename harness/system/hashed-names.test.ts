import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashedNames } from "./hashed-names.ts";

const names = ["0123456789ab:hot", "0123456789ab:tail-1"];
const hashOf = (hash: string, name = names[1] ?? "") => createHash(hash).update(name).digest("hex");

describe("a key whose name is hashed", () => {
  it.each(["md5", "sha1", "sha256", "sha512"])("is told by its %s, whatever stands around it", (hash) => {
    const key = `limit:${hashOf(hash)}:17`;
    expect(hashedNames([key, "limit:17"], names)).toEqual(new Set([key]));
  });

  it("is told by a part of the hash, in capitals too", () => {
    const key = `{${hashOf("sha256").slice(0, 20).toUpperCase()}}`;
    expect(hashedNames([key], names)).toEqual(new Set([key]));
  });

  it("is not told by the hash of another name, nor by less than 64 bits", () => {
    const others = [hashOf("sha1", "another"), hashOf("sha1").slice(0, 15), "kept:deadbeef"];
    expect(hashedNames(others, names)).toEqual(new Set());
  });
});
