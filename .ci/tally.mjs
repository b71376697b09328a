// Prints "passed failed skipped" of a vitest JSON report or of a result.json (findings and gates).
import { readFileSync } from "node:fs";

const counts = { passed: 0, failed: 0, skipped: 0 };
try {
  const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
  if (Array.isArray(report.testResults)) {
    counts.passed = report.numPassedTests;
    counts.failed = report.numFailedTests;
    counts.skipped = report.numPendingTests + report.numTodoTests;
  } else {
    for (const { verdict } of [...report.findings, ...report.gates]) {
      if (verdict === "pass") counts.passed++;
      else if (verdict === "not-applicable") counts.skipped++;
      else counts.failed++;
    }
  }
} catch (error) {
  console.error(`${process.argv[2]} cannot be counted: ${error}`);
  counts.failed++;
}
console.log(`${counts.passed} ${counts.failed} ${counts.skipped}`);
