import { getOwn, type Json } from '@unblink/protocol'

import { isContainer } from './isContainer.ts'

/** Reads `a.b.0` from plain JSON, own properties only. A missing step, like a missing value, is null. */
export const getPath = (value: Json, path: string): Json =>
  path.split('.').reduce<Json>((at, key) => (isContainer(at) ? ((getOwn(at, key) ?? null) as Json) : null), value)
