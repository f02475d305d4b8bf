import { chromium } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBrowsers } from '../../scripts/ensure.mjs'
import { chromiumArgs } from '../../scripts/lib/chromiumArgs.mjs'
import { recordTrace } from './recordTrace.mjs'
import { scriptCategories, scriptEvents } from './scriptEvents.mjs'

let browser
beforeAll(async () => {
  const { chromium: executablePath } = await ensureBrowsers(['chromium'])
  browser = await chromium.launch({ executablePath, args: chromiumArgs })
}, 120_000)
afterAll(() => browser?.close())

/** Names of the script events of a page while it runs `code`. */
async function trace(code) {
  const page = await browser.newPage()
  const session = await page.context().newCDPSession(page)
  const events = await recordTrace(session, scriptCategories, () => page.setContent(`<script>${code}</script>`))
  await page.close()
  return events.map(({ name }) => name).filter((name) => scriptEvents.has(name))
}

test('the categories of script events tell what a script does, and what follows its promises', async () => {
  const names = await trace('Promise.resolve().then(() => document.body)')
  expect(names).toContain('EvaluateScript')
  expect(names).toContain('RunMicrotasks')
}, 60_000)
