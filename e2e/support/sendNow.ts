import type { Page } from '@playwright/test'

/** A full batch is sent at once, and takes along all that the queue holds. */
const FULL_BATCH = 50

/**
 * Lets the page send what it has kept, which it would else do when a batch is due, seconds later. Waits for the runtime, and a
 * moment for what it tells of what has just been painted. Adds events named `more`.
 */
export const sendNow = (page: Page): Promise<void> =>
  page.evaluate(async (count) => {
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    while (!window.unblink!.place) await pause(20)
    await window.unblink!.push('event', 'more')
    await pause(100)
    for (let event = 1; event < count; event++) void window.unblink!.push('event', 'more')
  }, FULL_BATCH)
