#!/usr/bin/env node
// The launcher, in JavaScript that any Node parses: it checks the version with one sentence and turns everything
// unexpected into exit code 4 (Node's own crash code, 1, would read as "the limiter failed").
import { existsSync } from "node:fs";

/** @param {unknown} error */
function broken(error) {
  const detail = error instanceof Error ? error.stack || error.message : String(error);
  console.error(`Gatecrash itself failed; please report this with the lines below.\n${detail}`);
  process.exit(4);
}

// Whoever reads us may stop reading (`| head`, `| grep -q`): then nobody is told, but what was begun is ended, healed and
// judged all the same, for the exit code is the verdict.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") broken(error);
  });
}

/** @param {string} sentence */
function refuse(sentence) {
  console.error(sentence);
  process.exit(3);
}

// Beside it lies what it starts: compiled where somebody installed it, as it is written in a checkout.
const isInstalled = existsSync(new URL("main.js", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (isInstalled && (major < 22 || (major === 22 && minor < 22)))
  refuse(
    `Gatecrash needs Node 22.22 or newer and this is Node ${process.versions.node}: install a newer one from https://nodejs.org.`,
  );
if (!isInstalled && major < 24)
  refuse(
    `Gatecrash needs Node 24 and this is Node ${process.versions.node}: start it through npm, which brings its own (npm run scenario burst).`,
  );
process.on("uncaughtException", broken);
process.on("unhandledRejection", broken);
import(isInstalled ? "./main.js" : "./main.ts").then(
  (cli) =>
    cli.main(process.argv.slice(2)).then((code) => {
      process.exitCode = code;
    }, broken),
  broken,
);
