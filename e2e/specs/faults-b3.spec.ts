import { ROWS_XSS } from '../support/faultRowsXss.ts'
import { test } from '../support/faultTest.ts'

for (const { title, run } of ROWS_XSS) test(title, ({ eye, faults }) => run(eye, faults))
