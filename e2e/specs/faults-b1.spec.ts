import { CASES_B, getUnreachable } from '../support/faultCasesB.ts'
import { groupCases, runCase, runCases } from '../support/faultJudge.ts'
import { test } from '../support/faultTest.ts'

for (const [title, cases] of groupCases(CASES_B)) test(title, ({ eye, faults }) => runCases(eye, faults, cases))

// The origins are known only when the site runs; the titles are not.
for (const { title } of getUnreachable('', '')) {
  test(title, async ({ eye, faults }) => {
    const one = getUnreachable(faults.closedOrigin, faults.expiredOrigin).find((other) => other.title === title)!
    await runCase(eye, faults, one)
  })
}
