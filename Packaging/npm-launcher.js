#!/usr/bin/env node
// Starts the program of the platform's package with the same arguments, and ends as it ends.
"use strict";
const { spawn } = require("node:child_process");

const name = `seed-runner-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/seed-runner`);
} catch {
  console.error(
    `seed-runner: the package ${name} is not installed\n` +
      "  It exists for Linux with glibc on x64 and arm64. Install again without --omit=optional.",
  );
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends SIGINT to both processes. The program decides when to end.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  console.error(`seed-runner: cannot start ${program}: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exit(code);
  }
});
