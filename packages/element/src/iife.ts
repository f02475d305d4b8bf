import { defineSlotElement } from './defineSlotElement.ts'

defineSlotElement()
