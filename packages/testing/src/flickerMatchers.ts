import type { Page } from '@playwright/test'
import type { SlotVerdict } from './judge.ts'
import { probeOf } from './startFlickerProbe.ts'
import type { FlickerReport, SlotReport } from './startFlickerProbe.ts'

export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** For `expect.extend(flickerMatchers)`. */
export const flickerMatchers = { toHaveNoFlicker }

/**
 * Passes when no witness saw a slot flicker (baseline and variant in one view) or blink (shown, hidden, shown again).
 * Takes a page on which `startFlickerProbe` runs, and stops that probe, or a report. Throws, also after `.not`, when a
 * slot never showed anything: then there is nothing to judge.
 */
async function toHaveNoFlicker(received: Page | FlickerReport): Promise<MatcherResult> {
  const { slots } = 'slots' in received ? received : await reportOf(received)
  const unseen = Object.entries(slots).filter(([, { verdict }]) => verdict.firstShownAt === undefined)
  if (unseen.length > 0)
    throw new Error(
      `[unblink] Nothing to judge, for a slot never showed its colours. Check selector and colours, and wait for the slot before asserting.\n${unseen.map(describe).join('\n')}`,
    )
  const restless = Object.entries(slots).filter(([, report]) => Object.values(report.witnesses).some(isRestless))
  return {
    pass: restless.length === 0,
    message: () =>
      restless.length > 0
        ? `Slots that flickered or blinked:\n${restless.map(describe).join('\n')}`
        : `No slot flickered or blinked:\n${Object.entries(slots).map(describe).join('\n')}`,
  }
}

function reportOf(page: Page): Promise<FlickerReport> {
  const probe = probeOf.get(page)
  if (!probe)
    throw new Error(
      '[unblink] No flicker probe watches this page. Call startFlickerProbe(page, slots) before navigating.',
    )
  return probe.stop()
}

const isRestless = (verdict: SlotVerdict) => verdict.flickerFrames > 0 || verdict.blinks > 0

function describe([slot, { witnesses }]: [string, SlotReport]): string {
  const lines = Object.values(witnesses).map((verdict) => {
    const changes = verdict.timeline.map(({ at, state }) => `${state} @${Math.round(at)}`).join(' → ')
    const counts = `${verdict.flickerFrames} of ${verdict.frames} frames flickered (${verdict.flickerMs} ms), ${verdict.blinks} blinks`
    return `    ${verdict.source}: ${changes || 'no frame'} ms; ${counts}`
  })
  return [`  ${slot}`, ...lines].join('\n')
}
