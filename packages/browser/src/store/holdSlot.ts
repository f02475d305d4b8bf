import type { Slot } from './watchBoot.ts'

/**
 * Keeps the snippet's and the runtime's hands off a slot until its framework is ready, also when the page is said to be
 * hydrated as a whole: a part of it may not be.
 */
export function holdSlot(slot: Slot): void {
  Object.defineProperty(slot, 'defer', { configurable: true, enumerable: true, get: () => true, set() {} })
}

/** From now on the slot is deferred by whoever says so. */
export function releaseSlot(slot: Slot): void {
  Object.defineProperty(slot, 'defer', { configurable: true, enumerable: true, writable: true, value: false })
}
