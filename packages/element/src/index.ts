export { defineSlotElement, type ShownSlot } from './defineSlotElement.ts'
