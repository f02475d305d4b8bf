import { cpus } from 'node:os'
import { defineConfig } from '@playwright/test'
import { findProgram } from '../scripts/ensure.mjs'
import { chromiumArgs } from '../scripts/lib/chromiumArgs.mjs'

// An installed browser first; without one, Playwright looks for its own download and says how to get it.
const chromium = findProgram('chromium')
const firefox = findProgram('firefox')

/**
 * Specs that count frames or look at the screen have the machine for themselves; the others mostly wait. `npm test` runs
 * the two kinds one after the other (UNBLINK_SPECS); everything else runs all of them alone.
 */
const FRAMES = ['flicker', 'journey', 'probe'].map((name) => `**/${name}.spec.ts`)
const kind = process.env['UNBLINK_SPECS']
const FAULTS = ['**/faults-*']
/** What is the same in every engine is tested in one by `npm test`, which has twenty minutes; `npm run e2e` runs it in both. */
const ENGINE_NEUTRAL = [
  'caps',
  'content',
  'content-redirect',
  'delivery-device',
  'element',
  'gtm',
  'hydration',
  'identity',
  'journey',
  'learning',
  'measure-early',
  'openfeature',
  'panel',
  'preview',
  'react',
  'react-life',
  'react-shop',
  'rotation',
  'rotation-life',
  'routing',
  'script-tag',
  'svelte',
  'testing-kit',
  'tour',
  'triggers',
  'vue',
].map((name) => `**/${name}.spec.ts`)
/** Every fault in every engine takes a quarter of an hour: `npm run e2e -- faults` asks for it by name. */
const withFaults = process.argv.some((argument) => argument.includes('faults')) || process.env['UNBLINK_FAULTS']
const ignored = [...(withFaults ? [] : FAULTS), ...(kind === 'others' ? FRAMES : [])]

export default defineConfig({
  testDir: 'specs',
  testMatch: kind === 'frames' ? FRAMES : '**/*.spec.ts',
  testIgnore: ignored,
  outputDir: 'results',
  // A test that passes at the second try is a bug in the test or in the product. `npm test` runs what failed once more, alone.
  retries: 0,
  forbidOnly: true,
  // Where frames are counted, a worker needs a core for itself and its browser one more; the others mostly wait.
  workers:
    Number(process.env['UNBLINK_WORKERS']) ||
    (kind === 'others' ? Math.min(4, cpus().length + 2) : Math.max(1, Math.min(2, Math.floor(cpus().length / 2)))),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure', viewport: { width: 1024, height: 768 } },
  projects: [
    {
      name: 'chromium',
      use: {
        browserName: 'chromium',
        launchOptions: {
          ...(chromium ? { executablePath: chromium } : {}),
          args: [...chromiumArgs, '--disable-gpu'],
        },
      },
    },
    {
      name: 'firefox',
      testIgnore: [...ignored, ...(kind ? ENGINE_NEUTRAL : [])],
      // A stock Firefox is driven over WebDriver BiDi, which is this channel; Playwright's own build is not.
      use: {
        browserName: 'firefox',
        ...(firefox ? { channel: 'moz-firefox', launchOptions: { executablePath: firefox } } : {}),
      },
    },
  ],
})
