import type { Rect, WatchedSlot } from './parseSlots.ts'

/** The little of a page that the probe needs; a Playwright `Page` fits, and so does a thin WebDriver client. */
export interface PageDriver {
  goto(url: string): Promise<unknown>
  /** Evaluates an expression in the page and returns its JSON value. */
  evaluate(expression: string): Promise<unknown>
}

/** What a page says of itself when a probe stops. */
export interface View {
  /** Epoch milliseconds of the navigation's start. */
  readonly timeOrigin: number
  /** Width of the viewport in CSS pixels. */
  readonly width: number
  /** Slots that exist now, by name. */
  readonly rects: Readonly<Record<string, Rect>>
}

/** Reads where the slots are. Waits while the page's main thread is busy. */
export async function readView(page: PageDriver, slots: readonly WatchedSlot[]): Promise<View> {
  const selectors = slots.map((slot) => [slot.name, slot.selector])
  const view = (await page.evaluate(`(${describeView.toString()})(${JSON.stringify(selectors)})`)) as View
  const fixed = slots.flatMap((slot) => (slot.rect ? [[slot.name, slot.rect] as const] : []))
  return { ...view, rects: { ...view.rects, ...Object.fromEntries(fixed) } }
}

/** Serialised into the page, so it may use nothing from this module. */
function describeView(selectors: readonly [name: string, selector: string][]): View {
  const rects: Record<string, Rect> = {}
  for (const [name, selector] of selectors) {
    const box = document.querySelector(selector)?.getBoundingClientRect()
    if (box) rects[name] = { x: box.x, y: box.y, width: box.width, height: box.height }
  }
  return { timeOrigin: performance.timeOrigin, width: innerWidth, rects }
}
