import type { Component } from 'svelte'
// So that the same file is found from `src` and from `dist`: the user's own build compiles it.
import Slot from '../src/UnblinkSlot.svelte'
import type { UnblinkSlotProps } from './UnblinkSlotProps.ts'

export { push, type SlotSnapshot, type Track } from '@unblink/browser/store'
export type { CheckComponents, ComponentMap } from './components.ts'
export { setUnblink, type UnblinkOptions } from './setUnblink.ts'
export type { UnblinkSlotProps } from './UnblinkSlotProps.ts'
export { useDecision } from './useDecision.svelte.ts'
export { useTrack } from './useTrack.ts'

/** A slot; its default is what stands inside of it. The component's own file says more. */
// TypeScript does not read Svelte files, so it knows nothing of this one.
export const UnblinkSlot = Slot as unknown as Component<UnblinkSlotProps>
