export { bucket } from '../bucket.ts'
export { explain, type Explanation, type SlotTrace } from './explain.ts'
export { findFailure, type Failure } from './findFailure.ts'
export type { Consideration, Gate } from './gate.ts'
