import type { Boot, Decision } from '@unblink/protocol'
import { placeBaseline } from '../place.ts'

/**
 * Gives a slot its default back for the rest of the view.
 * @returns What it showed; undefined, and nothing done, when that was no variant.
 */
export function dismissSlot({ slots }: Boot<Element, ChildNode>, name: string): Decision | undefined {
  const slot = slots[name]
  if (!slot?.baseline || slot.dismissed) return undefined
  slot.dismissed = true
  placeBaseline(slot)
  return slot.decision
}
