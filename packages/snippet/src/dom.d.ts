import type { Boot } from '@unblink/protocol'

declare global {
  interface Window {
    unblink?: Boot<Element, ChildNode>
  }
  interface Document {
    /** https://wicg.github.io/nav-speculation/prerendering.html */
    readonly prerendering?: boolean
  }
  interface Navigator {
    /** https://w3c.github.io/gpc/ */
    readonly globalPrivacyControl?: boolean
  }
  interface CSSStyleDeclaration {
    /** '' where the engine knows it. https://drafts.csswg.org/css-ui-4/#interactivity */
    readonly interactivity?: string
  }
  interface Element {
    /** https://wicg.github.io/sanitizer-api/ */
    setHTML?(html: string, options?: { sanitizer?: object }): void
  }
}
