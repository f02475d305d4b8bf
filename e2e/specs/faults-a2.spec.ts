import { CASES_A2 } from '../support/faultCasesA2.ts'
import { groupCases, runCases } from '../support/faultJudge.ts'
import { test } from '../support/faultTest.ts'

for (const [title, cases] of groupCases(CASES_A2)) test(title, ({ eye, faults }) => runCases(eye, faults, cases))
