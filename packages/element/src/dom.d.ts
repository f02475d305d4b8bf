import type { Boot } from '@unblink/protocol'

declare global {
  interface Window {
    /** Set by the snippet; see `Boot`. */
    unblink?: Boot<Element, ChildNode>
  }
}
