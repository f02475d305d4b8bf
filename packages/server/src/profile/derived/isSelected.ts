import { evaluate } from '@unblink/decide'
import type { AnyEvent } from '@unblink/protocol'
import type { EventSelector } from './declaration.ts'
import { toFacts } from './readValues.ts'

/** Whether an event is one of those that a selector means. */
export const isSelected = ({ event: type, where }: EventSelector, event: AnyEvent): boolean =>
  event.t === type && (!where || evaluate(where, toFacts(event)))
