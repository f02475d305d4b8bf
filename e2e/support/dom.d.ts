import type { Boot } from '@unblink/protocol'

declare global {
  interface Window {
    unblink?: Boot<Element, ChildNode>
  }
}
