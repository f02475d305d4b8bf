import type { Boot } from '@unblink/protocol'

declare global {
  interface Window {
    /** Set by the inline snippet; see `Boot`. */
    unblink?: Boot<Element, ChildNode>
  }
  interface Navigator {
    /** https://w3c.github.io/gpc/ */
    readonly globalPrivacyControl?: boolean
  }
  interface PerformanceNavigationTiming {
    /** Monotonic milliseconds at which a prerendered page was shown, else 0. https://wicg.github.io/nav-speculation/prerendering.html */
    readonly activationStart?: number
  }
  interface Element {
    /** https://wicg.github.io/sanitizer-api/ */
    setHTML?(html: string, options?: { sanitizer?: object }): void
  }
}
