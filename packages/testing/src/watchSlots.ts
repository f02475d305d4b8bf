import type { WatchedSlot } from './parseSlots.ts'

/** What the page's own sampler found in the current document. */
export interface DomSamples {
  /** `performance.now()` of every rendered frame. */
  readonly times: number[]
  /** Per slot, the names of the visible contents from a frame on, whenever they changed. */
  readonly changes: Record<string, { readonly frame: number; readonly shows: readonly string[] }[]>
  stopped: boolean
}

/**
 * Looks at the slots in every frame the page renders. Serialised into the page before its own scripts, so it may use
 * nothing from this module.
 *
 * It looks from a ResizeObserver that is set anew in each animation frame: its first report comes after the page's
 * animation callbacks, style and layout, and right before paint, so it sees what is going to be painted. A task
 * posted from the animation frame would run after the paint, when a script may already have changed the page.
 */
export function watchSlots(slots: readonly WatchedSlot[]): void {
  if (window !== window.top) return
  const key = '__unblinkFlickerSamples'
  const holder = window as unknown as Record<string, DomSamples | undefined>
  if (holder[key]) holder[key].stopped = true
  const samples: DomSamples = {
    times: [],
    changes: Object.fromEntries(slots.map((slot) => [slot.name, []])),
    stopped: false,
  }
  Object.defineProperty(window, key, { value: samples, configurable: true })

  const numbersIn = (text: string) => (text.match(/-?[\d.]+/g) ?? []).map(Number)

  const contentOf = (element: Element, slot: WatchedSlot) => {
    const colour = getComputedStyle(element).backgroundColor
    if (!colour.startsWith('rgb')) return undefined
    const [red = 0, green = 0, blue = 0, alpha = 1] = numbersIn(colour)
    if (alpha < 0.1) return undefined
    return slot.contents.find(
      ({ rgb }) => Math.abs(rgb[0] - red) <= 8 && Math.abs(rgb[1] - green) <= 8 && Math.abs(rgb[2] - blue) <= 8,
    )
  }

  /** Whether `clip-path: inset(…)` leaves nothing of a box; other shapes count as showing it. */
  const isClippedAway = (clipPath: string, box: DOMRect) => {
    const insets = /^inset\(([^)]*)\)/.exec(clipPath)?.[1]?.split(' round ')[0]?.split(' ')
    if (!insets) return false
    const pixels = (inset: string, side: number) =>
      inset.endsWith('%') ? (parseFloat(inset) / 100) * side : parseFloat(inset)
    const [top = '0', right = top, bottom = top, left = right] = insets
    const height = box.height - pixels(top, box.height) - pixels(bottom, box.height)
    const width = box.width - pixels(left, box.width) - pixels(right, box.width)
    return height < 1 || width < 1
  }

  const isPainted = (element: Element) => {
    const box = element.getBoundingClientRect()
    if (box.width * box.height < 16) return false
    if (box.right <= 0 || box.bottom <= 0 || box.left >= innerWidth || box.top >= innerHeight) return false
    if (getComputedStyle(element).visibility !== 'visible') return false
    let opacity = 1
    for (let node: Element | null = element; node;) {
      const style = getComputedStyle(node)
      const filter = /opacity\(([\d.]+)\)/.exec(style.filter)?.[1]
      opacity *= Number(style.opacity) * Number(filter ?? 1)
      if (opacity < 0.05 || isClippedAway(style.clipPath, node.getBoundingClientRect())) return false
      if (node !== element && style.getPropertyValue('content-visibility') === 'hidden') return false
      const root: Node = node.getRootNode()
      node = node.assignedSlot ?? node.parentElement ?? (root instanceof ShadowRoot ? root.host : null)
    }
    return true
  }

  const withDescendants = (root: Element): Element[] => {
    const inner = [...root.querySelectorAll('*')]
    const shadows = [root, ...inner].flatMap((element) =>
      element.shadowRoot ? [...element.shadowRoot.querySelectorAll('*')] : [],
    )
    return [root, ...inner, ...shadows]
  }

  const look = () => {
    const frame = samples.times.push(performance.now()) - 1
    for (const slot of slots) {
      const shown = new Set<string>()
      for (const root of document.querySelectorAll(slot.selector)) {
        for (const element of withDescendants(root)) {
          const content = contentOf(element, slot)
          if (content && !shown.has(content.name) && isPainted(element)) shown.add(content.name)
        }
      }
      const shows = slot.contents.filter(({ name }) => shown.has(name)).map(({ name }) => name)
      const changes = samples.changes[slot.name]!
      const previous = changes[changes.length - 1]
      if (!previous || previous.shows.join() !== shows.join()) changes.push({ frame, shows })
    }
  }

  const observer = new ResizeObserver(look)
  const everyFrame = () => {
    if (samples.stopped) return observer.disconnect()
    const root = document.documentElement as Element | null // absent before the parser has made it
    if (root) {
      observer.disconnect()
      observer.observe(root)
    }
    requestAnimationFrame(everyFrame)
  }
  requestAnimationFrame(everyFrame)
}
