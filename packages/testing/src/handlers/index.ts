export type { Behaviour, Failure, SlotAnswer, SlotAnswers, Trouble } from './behaviour.ts'
export type { EventOf, Received, WaitOptions } from './createReceived.ts'
export { createUnblinkHandlers } from './createUnblinkHandlers.ts'
export type { HandlersOptions, UnblinkHandlers } from './createUnblinkHandlers.ts'
