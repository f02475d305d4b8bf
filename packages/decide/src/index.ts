export type { Counts, DeviceMemory, Meetings } from './deviceMemory.ts'
export type { EvaluateOptions } from './evaluateOptions.ts'
export { decide, type DecideInput } from './decide.ts'
export { evaluate } from './evaluate.ts'
