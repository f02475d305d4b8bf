/** Red, green and blue, each 0–255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** A rectangle of the page in CSS pixels, from the top left of the viewport. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * How the probe tells what a slot shows: the test page paints the baseline in one solid colour and each variant in
 * another, and uses those colours nowhere else inside the slot's rectangle. Text over the colour does no harm.
 */
export type SlotColours = SlotArea & ({ readonly variant: Rgb } | { readonly variants: Readonly<Record<string, Rgb>> })

export interface SlotArea {
  readonly selector: string
  readonly baseline: Rgb
  /** Where to look. @default the selector's box when the probe stops, so the slot should keep its place */
  readonly rect?: Rect
}

/** Slots by name. */
export type Slots = Readonly<Record<string, SlotColours>>

export interface SlotContent {
  /** `baseline`, `variant`, or the key in `variants`. */
  readonly name: string
  readonly rgb: Rgb
}

export interface WatchedSlot {
  readonly name: string
  readonly selector: string
  readonly rect: Rect | undefined
  readonly contents: readonly SlotContent[]
}

/** Two colours of one slot must differ by more than this in one channel, or JPEG screenshots cannot tell them apart. */
const MIN_COLOUR_DISTANCE = 96
const RESERVED_NAMES = ['baseline', 'hidden']

/** Checks what the test author wrote. Throws an Error which names the slot and what to change. */
export function parseSlots(slots: Slots): readonly WatchedSlot[] {
  const names = Object.keys(slots)
  if (names.length === 0)
    throw new Error('[unblink] No slot to watch. Pass at least one: { hero: { selector, baseline, variant } }.')
  return names.map((name) => parseSlot(name, slots[name] as SlotColours))
}

function parseSlot(name: string, slot: SlotColours): WatchedSlot {
  if (!slot.selector)
    throw new Error(`[unblink] Slot "${name}" has no selector. Name the element which holds the slot.`)
  const variants = 'variants' in slot ? slot.variants : { variant: slot.variant }
  for (const variant of Object.keys(variants)) {
    if (!RESERVED_NAMES.includes(variant) && !variant.includes('+')) continue
    throw new Error(
      `[unblink] Slot "${name}" has a variant called "${variant}". Give it a name other than baseline or hidden, without "+".`,
    )
  }
  const contents = [
    { name: 'baseline', rgb: slot.baseline },
    ...Object.entries(variants).map(([variant, rgb]) => ({ name: variant, rgb })),
  ]
  if (contents.length === 1) throw new Error(`[unblink] Slot "${name}" has no variant. Add the colour of at least one.`)
  contents.forEach((content, index) => {
    if (!isRgb(content.rgb))
      throw new Error(
        `[unblink] Slot "${name}": the colour of ${content.name} must be three whole numbers from 0 to 255.`,
      )
    const twin = contents.slice(0, index).find((other) => distance(other.rgb, content.rgb) <= MIN_COLOUR_DISTANCE)
    if (twin)
      throw new Error(
        `[unblink] Slot "${name}": the colours of ${twin.name} and ${content.name} are too close. Let one channel differ by more than ${MIN_COLOUR_DISTANCE}.`,
      )
  })
  return { name, selector: slot.selector, rect: slot.rect, contents }
}

function isRgb(rgb: unknown): rgb is Rgb {
  return (
    Array.isArray(rgb) &&
    rgb.length === 3 &&
    rgb.every((channel) => Number.isInteger(channel) && channel >= 0 && channel <= 255)
  )
}

function distance(a: Rgb, b: Rgb): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]))
}
