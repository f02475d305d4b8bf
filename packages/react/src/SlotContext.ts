import { createContext } from 'react'
import type { SlotComponents } from './SlotComponents.ts'

/** What `UnblinkProvider` gives to the slots inside of it. */
export const SlotContext = createContext<SlotComponents>({})
