export type { ExampleServer as BankServer } from '@unblink-examples/kit'
export { createBank, type BankOptions, type Unblink } from './createBank.ts'
export { startBank, type StartOptions } from './serve.ts'
