export { createBank, type BankOptions, type Unblink } from './createBank.ts'
export { startBank, type BankServer, type StartOptions } from './serve.ts'
