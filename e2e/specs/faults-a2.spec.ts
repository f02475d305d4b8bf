import { CASES_A2 } from '../support/faultCasesA2.ts'
import { runCase } from '../support/faultJudge.ts'
import { test } from '../support/faultTest.ts'

for (const one of CASES_A2) test(one.title, ({ eye, faults }) => runCase(eye, faults, one))
