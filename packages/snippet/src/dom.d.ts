import type { Boot } from '@unblink/protocol'

declare global {
  interface Window {
    unblink?: Boot<Element, ChildNode>
  }
  interface Document {
    /** https://wicg.github.io/nav-speculation/prerendering.html */
    readonly prerendering?: boolean
  }
  interface Element {
    /** https://wicg.github.io/sanitizer-api/ */
    setHTML?(html: string, options?: { sanitizer?: object }): void
  }
}
