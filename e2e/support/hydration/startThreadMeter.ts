import type { Page } from '@playwright/test'

/** What the SDK's own functions took of a page's main thread. */
export interface ThreadUse {
  readonly calls: number
  /** Processor time of the thread, not of the clock: a busy machine adds nothing to it. */
  readonly ms: number
}

export interface ThreadMeter {
  /** Ends the measuring of the page at this address. */
  stop(url: string): Promise<Readonly<Record<'snippet' | 'runtime', ThreadUse>>>
}

interface TraceEvent {
  readonly name: string
  /** Microseconds that the thread ran. */
  readonly tdur?: number
  readonly args?: { readonly data?: { readonly url?: string; readonly lineNumber?: number } }
}

/** Measures which functions of which script the main thread ran, by a trace. Chromium only; start it before navigating. */
export async function startThreadMeter(page: Page): Promise<ThreadMeter> {
  const session = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: ['devtools.timeline'] },
  })
  return {
    async stop(url) {
      const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()))
      await session.send('Tracing.end')
      await complete
      await session.detach()
      const lines = (await (await fetch(url)).text()).split('\n')
      const use = (isOurs: (script: string | undefined, line: number) => boolean): ThreadUse => {
        const ours = events.filter(
          ({ name, args }) =>
            (name === 'FunctionCall' || name === 'EvaluateScript') &&
            isOurs(args?.data?.url, args?.data?.lineNumber ?? 0),
        )
        return { calls: ours.length, ms: ours.reduce((sum, { tdur = NaN }) => sum + tdur / 1_000, 0) }
      }
      return {
        // An inline script has the page's address; this one is told from the others by its line.
        snippet: use((script, line) => script === url && !!lines[line - 1]?.includes('adoptedStyleSheets')),
        runtime: use((script) => script === `${url}u/unblink.js`),
      }
    },
  }
}
