import type { Json } from '@unblink/protocol'
import { affinity } from './affinity.ts'
import { cart } from './cart.ts'
import { count } from './count.ts'
import type { AttributeDeclaration } from './declaration.ts'
import { edge } from './edge.ts'
import { engagement } from './engagement.ts'
import type { Kind } from './kind.ts'
import { quality } from './quality.ts'
import { recent } from './recent.ts'
import { rfm } from './rfm.ts'
import { sum } from './sum.ts'
import { unbought } from './unbought.ts'

/** What is kept of one attribute. */
export type DerivedState = { readonly [member: string]: Json }

/** Every kind of attribute. A state is only ever given to the kind that has made it, which the table's own type cannot tell. */
export const kinds = {
  count,
  sum,
  first: edge,
  last: edge,
  recent,
  rfm,
  engagement,
  affinity,
  cart,
  unbought,
  quality,
} as unknown as Readonly<Record<AttributeDeclaration['kind'], Kind<AttributeDeclaration, DerivedState>>>
