#!/usr/bin/env node
// The launcher, in JavaScript that any Node parses: it checks the version with one sentence and turns everything
// unexpected into exit code 4 (Node's own crash code, 1, would read as "the limiter failed").

/** @param {unknown} error */
function broken(error) {
  const detail = error instanceof Error ? error.stack || error.message : String(error);
  console.error(`Gatecrash itself failed; please report this with the lines below.\n${detail}`);
  process.exit(4);
}

// Whoever reads us may stop reading (`| head`): then there is nobody left to write to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code === "EPIPE") process.exit();
    broken(error);
  });
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `Gatecrash needs Node 24 and this is Node ${process.versions.node}: start it through npm, which brings its own (npm run scenario burst).`,
  );
  process.exit(3);
}
process.on("uncaughtException", broken);
process.on("unhandledRejection", broken);
import("./main.ts").then(
  (cli) =>
    cli.main(process.argv.slice(2)).then((code) => {
      process.exitCode = code;
    }, broken),
  broken,
);
