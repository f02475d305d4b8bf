import { CASES_A } from '../support/faultCasesA.ts'
import { groupCases, runCases } from '../support/faultJudge.ts'
import { test } from '../support/faultTest.ts'

for (const [title, cases] of groupCases(CASES_A)) test(title, ({ eye, faults }) => runCases(eye, faults, cases))
