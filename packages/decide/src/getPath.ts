import type { Json } from '@unblink/protocol'
import { getMember } from './getMember.ts'

/** Reads `a.b.0` from plain JSON, own properties only. A missing step, like a missing value, is null. */
export const getPath = (value: Json, path: string): Json => path.split('.').reduce(getMember, value)
