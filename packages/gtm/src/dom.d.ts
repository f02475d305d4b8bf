import type { Boot } from '@unblink/protocol'
import type { GtmSettings } from './settings.ts'

declare global {
  interface Window {
    /** Set by the snippet; see `Boot`. */
    unblink?: Boot<Element, ChildNode>
    /** What the template, or the page, tells the scripts of this package. */
    unblinkGtm?: GtmSettings
    /** There as soon as a container of Google Tag Manager, or a Google tag, has been evaluated. */
    google_tag_manager?: unknown
  }
}
