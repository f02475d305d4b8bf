import { CASES_A } from '../support/faultCasesA.ts'
import { runCase } from '../support/faultJudge.ts'
import { test } from '../support/faultTest.ts'

for (const one of CASES_A) test(one.title, ({ eye, faults }) => runCase(eye, faults, one))
