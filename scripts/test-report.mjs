/** Counts what the test runners report in JSON. */

/**
 * @typedef {{ passed: number, failed: number }} Count
 */

/**
 * Vitest's report. A file that could not run at all counts as one failure, and so does a runner that ended badly
 * for another reason than a failed test (an unhandled error, a crash) or left no report.
 *
 * @param {any} report what the file holds; null: there is none
 * @param {boolean} ok whether the runner ended well
 * @returns {Count}
 */
export function countVitest(report, ok) {
  if (report === null) return { passed: 0, failed: 1 }
  const files = report.testResults ?? []
  const broken = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')
  ).length
  return atLeastOne({ passed: report.numPassedTests, failed: report.numFailedTests + broken }, ok)
}

/**
 * Playwright's report, by the same rules. A test that passed only when tried again counts as failed.
 *
 * @param {any} report @param {boolean} ok
 * @returns {Count}
 */
export function countPlaywright(report, ok) {
  if (report === null) return { passed: 0, failed: 1 }
  const { expected, unexpected, flaky } = report.stats
  return atLeastOne({ passed: expected, failed: unexpected + flaky + report.errors.length }, ok)
}

/** @param {Count} count @param {boolean} ok @returns {Count} */
function atLeastOne({ passed, failed }, ok) {
  return { passed, failed: ok ? failed : Math.max(1, failed) }
}
