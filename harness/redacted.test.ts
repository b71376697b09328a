import { expect, test } from "vitest";
import { redactedUrl } from "./redacted.ts";

test.each([
  ["redis://127.0.0.1:6379", "redis://127.0.0.1:6379"],
  ["redis://me:secret@host:6379/2", "redis://me:***@host:6379/2"],
  ["rediss://:se%20cret@host", "rediss://:***@host"],
  ["redis://host?password=secret&db=1", "redis://host?password=***&db=1"],
  ["not a url with me:secret@host", "***@host"],
  ["redis://me:sec@ret@host:notaport", "***@host:notaport"],
  ["localhost:6379", "localhost:6379"],
])("%s is shown as %s", (url, shown) => {
  expect(redactedUrl(url)).toBe(shown);
});
