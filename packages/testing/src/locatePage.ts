import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFramebufferLayout } from './readFramebufferLayout.ts'
import type { FramebufferLayout } from './readFramebufferLayout.ts'
import type { PageDriver } from './readView.ts'
import type { Display } from './startDisplay.ts'

/** Where a page's viewport is on the screen, in pixels of the screen; the part outside the window is left out. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Pixels of the screen for one CSS pixel. */
  readonly scale: number
}

const MARKER = '#f0f'
/** Windows may have rounded corners; less than this share of the box in the marker's colour is not a page yet. */
const MIN_MARKED_SHARE = 0.98
const MIN_SIDE = 100
const POLL_MS = 50
const TIMEOUT_MS = 10_000

/**
 * Finds the page on the display: paints its whole viewport in one colour and looks for that on the screen, so it
 * needs neither kiosk mode nor a marker in the page under test. Leaves the page at `about:blank`. The place holds as
 * long as the window is not moved. Throws when the page does not show up within 10 s.
 */
export async function locatePage(page: PageDriver, display: Display): Promise<Place> {
  const layout = readFramebufferLayout(display.framebuffer)
  const deadline = Date.now() + TIMEOUT_MS
  await page.goto('about:blank')
  const scale = Number(await page.evaluate(`document.documentElement.style.background = '${MARKER}', devicePixelRatio`))
  let place = findMarker(display, layout)
  let before: typeof place
  // Two equal looks: a window that is still opening or being resized gives two different ones.
  do {
    if (Date.now() > deadline)
      throw new Error(
        `[unblink] The page is not visible on display ${display.name}. Launch the browser with headedOn(display, …) and keep its window in front.`,
      )
    before = place
    await sleep(POLL_MS)
    place = findMarker(display, layout)
  } while (!place || !before || JSON.stringify(place) !== JSON.stringify(before))
  await page.goto('about:blank')
  while (findMarker(display, layout) && Date.now() < deadline) await sleep(POLL_MS)
  return { ...place, scale }
}

function findMarker(
  display: Display,
  { offset, stride, width, height }: FramebufferLayout,
): Omit<Place, 'scale'> | undefined {
  const screen = readFileSync(display.framebuffer)
  let [left, top, right, bottom, marked] = [width, height, -1, -1, 0]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = offset + y * stride + x * 4
      if (screen[pixel] !== 255 || screen[pixel + 1] !== 0 || screen[pixel + 2] !== 255) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      marked += 1
    }
  }
  const found = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
  const isPage =
    found.width >= MIN_SIDE && found.height >= MIN_SIDE && marked >= MIN_MARKED_SHARE * found.width * found.height
  return isPage ? found : undefined
}
