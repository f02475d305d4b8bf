import type { Boot, EventInput } from '@unblink/protocol'
import { boot } from './boot.ts'
import { keepEarly } from './keepEarly.ts'

/** What a tag manager, which cannot inline the snippet, leaves in `window.unblinkGtm` before it loads this file. */
interface Settings {
  readonly boot?: Boot<Element, ChildNode>
  /** What is tracked while nobody listens yet. */
  tracked?: EventInput[]
}

/** What an external tag's stub has kept; see `startTag`. */
interface Stub {
  readonly early?: readonly unknown[][]
}

const MAX_TRACKED = 100

const settings = (self as unknown as { unblinkGtm?: Settings }).unblinkGtm
const early = (self.unblink as Stub | undefined)?.early
// The first snippet of a page wins.
if (settings?.boot && (early || !self.unblink)) {
  delete self.unblink
  boot(settings.boot)
  keepEarly()
  const tracked: EventInput[] = (settings.tracked = [])
  self.unblink!.onTracked = (event) => {
    if (tracked.length < MAX_TRACKED) tracked.push(event)
  }
  for (const command of early ?? []) self.unblink!.push(...command)
  // For a runtime that was there before us, and has found nothing to begin on.
  dispatchEvent(new Event('unblink'))
}
