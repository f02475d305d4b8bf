import type { Content } from '@unblink/protocol'

/** Puts back what a content has changed. */
export type Undo = () => void

/** Carries out a content. Throws when that cannot be done, and has then changed nothing. */
export type Act = (slot: Element, content: Content) => Undo
