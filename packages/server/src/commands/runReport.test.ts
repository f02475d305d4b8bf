import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCli } from '../../test/startCli.ts'
import { makeEvent, makeId, makeSite, sendBatch, siteInput, startTestServer } from '../../test/startTestServer.ts'
import type { Results } from '../report/results.ts'
import type { SiteInput } from '../site/siteInput.ts'
import { runReport } from './runReport.ts'

const toVisitor = (n: number) => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`

const input: SiteInput = {
  ...siteInput,
  experiences: [
    {
      id: 'wording',
      slot: 'home.hero',
      kind: 'experiment',
      variants: [{ id: 'plain' }, { id: 'bold', content: { text: 'Bold' } }],
    },
    ...siteInput.experiences.filter(({ id }) => id === 'side'),
  ],
  holdout: { share: 0.2, seed: 's' },
}

let folder = ''
let config = ''
const write = async (name: string, site: SiteInput) => {
  const file = join(folder, name)
  await writeFile(file, JSON.stringify(site))
  return file
}

/** A hundred visitors of a real server, whose database stays: twenty held out, and forty for each wording. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-report-'))
  config = await write('site.json', input)
  const server = await startTestServer({ site: makeSite(input), dataDir: folder })
  const toExposure = (n: number) => {
    if (n < 20) return { outcome: 'holdout', reason: 'holdout' }
    const variant = n % 2 ? 'bold' : 'plain'
    return { experience: 'wording', variant, outcome: n % 2 ? 'variant' : 'control', reason: 'split' }
  }
  for (let n = 0; n < 100; n++) {
    const at = Date.now()
    const pv = makeId()
    const events = [
      makeEvent({ at, pv, t: 'exposure', p: { slot: 'home.hero', hiddenMs: n, ...toExposure(n) } }),
      // Half of those who saw it in bold, and one in ten of the others.
      ...((n >= 20 && n % 4 === 1) || n % 20 === 10
        ? [makeEvent({ at, pv, n: 1, t: 'conversion', p: { goal: 'apply' } })]
        : []),
    ]
    const { reply } = await sendBatch(server, events, { sentAt: at }, { cookie: `ub_v=${toVisitor(n)}` })
    if (reply.ok !== events.length) throw new Error(JSON.stringify(reply))
  }
  await server.unblink.close()
})
afterAll(() => rm(folder, { recursive: true }))

/** What it prints, without a process of its own. */
async function read(...args: string[]): Promise<string> {
  const out: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  try {
    await runReport(['--data', folder, '--config', config, ...args])
  } finally {
    write.mockRestore()
  }
  return out.join('')
}

test('one page has of each experience who got which variant, what they saw, who converted, and whether that can be believed', async () => {
  const { code, out, err } = await runCli(['report', '--config', config, '--data', folder])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/^100 visitors in 28 days\./)
  expect(out).toContain('wording: experiment in home.hero, 80 visitors, against plain\n')
  expect(out).toMatch(/^ {2}plain +40 +100\.0 % +40 +58 ms +\d\d ms +0\.0 %$/m)
  expect(out).toContain('  sample ratio: as it should be, p 1.000\n')
  expect(out).toMatch(/^ {4}plain +4 +10\.0 % +\[4\.0 %, 23\.1 %\]$/m)
  expect(out).toMatch(/^ {4}bold +20 +50\.0 % +\[35\.2 %, 64\.8 %\] {2}\+40\.0 points \[\+20\.\d, \+56\.\d\], higher$/m)
  expect(out).toContain('Nobody was given side: unblink explain tells what stops them.\n')
  expect(out).toMatch(/^holdout of 20\.0 %[\s\S]*^ {2}others +80$/m)
  expect(out).toMatch(/^ {2}home\.hero +100 +40\.0 % +40\.0 % +20\.0 %/m)
})

test('--json is for programs, --experience for one', async () => {
  const found = JSON.parse(await read('--json', '--experience', 'wording')) as Results
  expect(found).toMatchObject({ days: 28, visitors: 100, slots: [], unknown: [] })
  expect(found.experiences.map(({ experience }) => experience)).toEqual(['wording'])
  expect(found).not.toHaveProperty('holdout')
})

test('without goals, and without exposures, it says what to do', async () => {
  const { goals: _, ...rest } = input
  expect(await read('--config', await write('aimless.json', rest))).toContain('add `goals: { order: {} }`')
  expect(await read('--config', await write('other.json', { ...input, id: 'shop' }))).toMatch(
    /^No exposures in 28 days\. Look whether/,
  )
})

test.each([
  [['--experience', 'wordign'], 'did you mean "wording"?'],
  [['--experience', 'x'], 'It has wording, side.'],
  [['--days', '0'], '--days 0: expected a whole number'],
])('%j says what would be right', async (args, message) => {
  await expect(read(...args)).rejects.toThrow(message)
})
