import { CASES_B, getUnreachable } from '../support/faultCasesB.ts'
import { runCase } from '../support/faultJudge.ts'
import { test } from '../support/faultTest.ts'

for (const one of CASES_B) test(one.title, ({ eye, faults }) => runCase(eye, faults, one))

// The origins are known only when the site runs; the titles are not.
for (const { title } of getUnreachable('', '')) {
  test(title, async ({ eye, faults }) => {
    const one = getUnreachable(faults.closedOrigin, faults.expiredOrigin).find((other) => other.title === title)!
    await runCase(eye, faults, one)
  })
}
