import type { Page } from '@playwright/test'
import { judge } from './judge.ts'
import type { Look, SlotVerdict } from './judge.ts'
import { parseSlots } from './parseSlots.ts'
import type { Slots } from './parseSlots.ts'
import type { View } from './readView.ts'
import { watchSlots } from './watchSlots.ts'
import type { DomSamples } from './watchSlots.ts'

export interface DomProbe {
  /** Ends the watching and judges the current document; earlier ones are gone with their pages. Throws when that document was not watched. */
  stop(view: View): Promise<Readonly<Record<string, SlotVerdict>>>
}

/**
 * Watches slots from inside the page, by computed styles in every frame it renders: size, visibility, opacity,
 * clip-path insets and `content-visibility` of the elements whose background has a content's colour. It counts all
 * frames, in every engine, yet knows no pixels: overlays, masks and what the compositor does by itself escape it.
 * Start it before navigating.
 */
export async function startDomProbe(page: Page, slots: Slots): Promise<DomProbe> {
  const watched = parseSlots(slots)
  const script = await page.addInitScript(watchSlots, watched)

  return {
    async stop(view) {
      await script.dispose()
      const { samples, endedAt } = (await page.evaluate(takeSamples)) ?? { samples: undefined, endedAt: 0 }
      if (!samples)
        throw new Error('[unblink] The page was not watched from its start. Start the probe before navigating.')
      const verdicts = watched.map((slot) => {
        const looks = toLooks(samples, slot.name, view.timeOrigin)
        return [
          slot.name,
          judge(looks, { source: 'dom', origin: view.timeOrigin, endedAt: view.timeOrigin + endedAt }),
        ] as const
      })
      return Object.fromEntries(verdicts)
    },
  }
}

/** Serialised into the page, so it may use nothing from this module. */
function takeSamples(): { samples: DomSamples; endedAt: number } | undefined {
  const samples = (window as unknown as Record<string, DomSamples | undefined>)['__unblinkFlickerSamples']
  if (!samples) return undefined
  samples.stopped = true
  return { samples, endedAt: performance.now() }
}

function toLooks({ times, changes }: DomSamples, slot: string, timeOrigin: number): Look[] {
  const looks: Look[] = []
  const ofSlot = changes[slot] ?? []
  ofSlot.forEach(({ frame, shows }, index) => {
    const end = ofSlot[index + 1]?.frame ?? times.length
    for (let at = frame; at < end; at += 1) looks.push({ at: timeOrigin + times[at]!, shows })
  })
  return looks
}
