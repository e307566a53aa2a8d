/** Adds up what Jest reports into one line. */

export const NOTHING = Object.freeze({ passed: 0, failed: 0, skipped: [], broken: [] });

/** Counts one Jest result (`--json`); a test file that could not be run counts as one failure. */
export function outcomeOf(report) {
  const outcome = { passed: 0, failed: 0, skipped: [], broken: [] };
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') outcome.passed++;
      else if (test.status === 'failed') outcome.failed++;
      else outcome.skipped.push(test.fullName);
    }
    const ran = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !ran) {
      outcome.failed++;
      outcome.broken.push(file.name);
    }
  }
  return outcome;
}

export function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: [...a.skipped, ...b.skipped],
    broken: [...a.broken, ...b.broken],
  };
}

/** `12 passed, 0 failed`, and `, 1 skipped` where some were. */
export function summary({ passed, failed, skipped }) {
  const rest = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  return `${passed} passed, ${failed} failed${rest}`;
}
