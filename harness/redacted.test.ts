import { expect, test } from "vitest";
import { redactedCommand, redactedUrl } from "./redacted.ts";

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

test.each([
  ["python3 gateway.py --port 80", "python3 gateway.py --port 80"],
  ["env API_KEY=abc123 node app.js", "env API_KEY=*** node app.js"],
  [`env DB_PASSWORD="two words" node app.js`, "env DB_PASSWORD=*** node app.js"],
  ["./app --token s3cret --verbose", "./app --token *** --verbose"],
  ["./app --auth-token=s3cret -v", "./app --auth-token=*** -v"],
  ["./app --no-auth --limit 5", "./app --no-auth --limit 5"],
  ["./app redis://me:secret@host:6379/1", "./app redis://***@host:6379/1"],
])("the command %s is shown as %s", (command, shown) => {
  expect(redactedCommand(command)).toBe(shown);
});
