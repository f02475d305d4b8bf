import type { Page } from '@playwright/test'
import type { AnyEvent, BatchReply } from '@unblink/protocol'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Handler, Scene } from './faultPage.ts'
import { readBody, type FaultSite, type OpenScene } from './faultSite.ts'

export interface SentBatch {
  readonly visitor?: string
  readonly drops?: Readonly<Record<string, number>>
  readonly events: readonly AnyEvent[]
  readonly bytes: number
}

/**
 * What becomes of a batch: the real collector takes it, or never sees it because the connection is cut, or its answer is
 * lost on the way back, or somebody else answers.
 */
export type Verdict = 'take' | 'cut' | 'mute' | { status: number; headers?: Record<string, string>; body?: unknown }

export interface QueueScene {
  readonly open: OpenScene
  /** What has been sent, arrived or not, oldest first. */
  readonly batches: SentBatch[]
  /** Asked for every batch; may be replaced. @default take */
  judge: (batch: SentBatch) => Verdict
  /** The `n` of the steps that the collector has stored, in the order of storing. */
  getSteps(): number[]
  /** Events that the page said it had to give up, by reason, as far as the collector has heard of it. */
  readonly drops: Record<string, number>
}

/** The name that `pushSteps` gives its events. */
const STEP = 'step'

/** A scene between whose page and collector this test stands. */
export function openQueue(faults: FaultSite, scene: Scene = {}): QueueScene {
  const collector = faults.open()
  const batches: SentBatch[] = []
  const drops: Record<string, number> = {}
  const take: Handler = async ({ request, response }) => {
    const body = await readBody(request)
    const batch = { ...(JSON.parse(body) as SentBatch), bytes: Buffer.byteLength(body) }
    batches.push(batch)
    const verdict = queue.judge(batch)
    if (verdict === 'cut') return response.destroy()
    if (typeof verdict === 'object') {
      response.writeHead(verdict.status, verdict.headers)
      return response.end(verdict.body === undefined ? 'no' : JSON.stringify(verdict.body))
    }
    const headers = Object.fromEntries(
      ['content-type', 'cookie', 'origin', 'referer'].flatMap((name) => {
        const value = request.headers[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    )
    // The test may be over by then, and the site with it.
    const reply = await fetch(`${collector.url}u/v1/e`, { method: 'POST', body, headers }).catch(() => undefined)
    if (!reply) return response.destroy()
    const text = await reply.text()
    if (reply.ok) for (const [why, count] of Object.entries(batch.drops ?? {})) drops[why] = (drops[why] ?? 0) + count
    if (verdict === 'mute') return response.destroy()
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'set-cookie': reply.headers.getSetCookie(),
    })
    return response.end(text)
  }
  const open = faults.open({ ...scene, files: { ...scene.files, 'u/v1/e': take } })
  const queue: QueueScene = {
    open,
    batches,
    judge: () => 'take',
    getSteps: () =>
      open.events().flatMap(({ t, p }) => (t === 'custom' && p.name === STEP ? [p.props?.['n'] as number] : [])),
    drops,
  }
  return queue
}

/** Opens the page of a scene and waits until the runtime keeps what happens there. */
export async function openPage(page: Page, { open }: QueueScene): Promise<void> {
  await page.goto(open.url)
  await page.waitForFunction(() => window.unblink?.place !== undefined)
}

/** Tracks steps `first` to `last` in one tick; resolves to how many were said to be durable. */
export const pushSteps = (page: Page, first: number, last: number): Promise<number> =>
  page.evaluate(
    async ([first, last]) => {
      const promises: unknown[] = []
      for (let n = first; n <= last; n++) promises.push(window.unblink!.push('event', 'step', { n }))
      return (await Promise.all(promises)).filter((isDurable) => isDurable === true).length
    },
    [first, last] as const,
  )

/** So many at once are sent at once. */
export const FULL_BATCH = 50

/** An acknowledgement of somebody who stores nothing. */
export const acknowledge = (events: readonly AnyEvent[], rej: BatchReply['rej'] = []): Verdict => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: { v: 1, ok: events.length - rej.length, dup: 0, rej, next: 0 },
})

/** Nobody is sending any more, and what was asked for before has been dealt with. */
export const whenIdle = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((resolve) => void navigator.locks.request('unblink', () => resolve())))

/**
 * Lets the page's clock, which must be Playwright's, jump ahead step by step until something is true here; not while a
 * request is under way, whose own limit of time would be over.
 */
export async function passTime(page: Page, stepMs: number, isEnough: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !isEnough(); await sleep(20)) {
    if (Date.now() > end) throw new Error(`After much time this was still not true: ${isEnough.toString()}`)
    await page.clock.fastForward(stepMs)
    await sleep(10)
    await whenIdle(page)
  }
}

export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
