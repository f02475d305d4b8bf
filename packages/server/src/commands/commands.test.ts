import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { getUrl, runCli, startCli } from '../../test/startCli.ts'
import { siteInput } from '../../test/startTestServer.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-commands-'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = async (name: string, value: unknown) => {
  const file = join(folder, name)
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value, null, 2))
  return file
}

test('check prints warnings and the actions that pages have to give, and ends with 0', async () => {
  const [hero, side] = siteInput.experiences
  const content = { text: 'x', more: [{ action: 'countdown', props: { minutes: 5 } }, { action: 'aside' }] }
  const file = await write('doubt.json', {
    ...siteInput,
    slots: { ...siteInput.slots, footer: {} },
    experiences: [{ ...hero, variants: [{ id: 'rates', content }] }, side],
  })
  const { code, out, err } = await runCli(['check', file])
  expect(code).toBe(0)
  expect(out).toMatch(
    /^Site "bank" is sound: 3 slots, 2 experiences, manifest [0-9a-f]{12}, 1 warning\.\nIts pages have to give these actions: aside, countdown\.\n$/,
  )
  expect(err).toMatch(/doubt\.json:\d+:\d+: warning: slots\.footer: no experience is for "footer"/)
})

test('check --json is for programs: findings with their places, and 1 for errors', async () => {
  const file = await write('faulty.json', '{\n  "id": "bank",\n  "keys": { "browser": "k" },\n  "slots": 1\n}')
  const { code, out, err } = await runCli(['check', '--config', file, '--json'])
  expect({ code, err }).toEqual({ code: 1, err: '' })
  expect(JSON.parse(out)).toEqual({
    ok: false,
    findings: [{ severity: 'error', file, path: 'slots', message: 'expected an object, got 1', line: 4, column: 12 }],
  })
})

test('check --page tells what pages and site do not know of each other’s slots', async () => {
  const file = await write('pages.json', siteInput)
  const page = await write('home.html', '<main data-unblink="home.hero"></main><p data-unblink="home.sied"></p>')
  const { code, out, err } = await runCli(['check', file, '--page', page])
  expect({ code, lines: err.split('\n') }).toEqual({
    code: 0,
    lines: [
      `${file}: warning: slots["home.side"]: no element of the page is this slot; give it one that [data-unblink="home.side"] finds, or remove the slot`,
      `${file}: warning: slots: ${page} has the slot "home.sied", which is not declared, so its default stays; did you mean "home.side"?`,
      '',
    ],
  })
  expect(out).toContain('2 warnings.')
  const gone = await runCli(['check', file, '--page', page, '--page', 'http://127.0.0.1:1/'])
  expect({ code: gone.code, out: gone.out }).toEqual({ code: 2, out: '' })
  expect(gone.err).toContain('--page http://127.0.0.1:1/: cannot be read: ')
})

test('check without a config says how to name one', async () => {
  const { code, err } = await runCli(['check'], folder)
  expect(code).toBe(2)
  expect(err).toContain('There is no unblink.config.ts in this folder. Say which site to use: --config FILE.')
})

test('explain tells for each slot who wins and what stops the others', async () => {
  const config = await write(
    'explain.ts',
    `
    import { defineSite } from '@unblink/server'
    export default defineSite({
      id: 'bank', keys: { browser: 'k' }, slots: { hero: {}, side: {} },
      operators: { endsWith: (actual, expected) => String(actual).endsWith(String(expected)) },
      audiences: { gold: { tier: 'gold' }, staff: { email: { $endsWith: '@bank.example' } } },
      experiences: [
        { id: 'lounge', slot: 'hero', kind: 'personalization', priority: 2, audience: 'gold', variants: [{ id: 'a', content: { text: 'x' } }] },
        { id: 'inside', slot: 'hero', kind: 'personalization', priority: 1, audience: 'staff', variants: [{ id: 'b', content: { action: 'countdown' } }] },
        { id: 'popup', slot: 'hero', kind: 'personalization', priority: 3, when: { exitIntent: true }, variants: [{ id: 'c', content: { text: 'x' } }] },
      ],
    })`,
  )
  const attributes = await write('ann.json', { tier: 'silver', email: 'ann@bank.example' })
  const { code, out, err } = await runCli([
    'explain',
    '--config',
    config,
    '--attributes',
    attributes,
    '--visitor',
    'v1',
  ])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toBe(`hero: inside / b (targeting_match)
  Experience "inside" shows variant "b".
  Its page has to give the action countdown, or the default stays.
  - lounge  Not in audience "gold": tier is "silver", asked for "gold".
  + inside  It wins with variant "b".
  . popup   It waits in the page for {"exitIntent":true}.

side: baseline (default)
  No experience admits the visitor, so the baseline stays.
`)
  const triggered = await runCli(['explain', '--config', config, '--slot', 'hero', '--triggered', '--json'])
  expect(JSON.parse(triggered.out)).toMatchObject({ slots: [{ slot: 'hero', decision: { experience: 'popup' } }] })
})

test.each([
  [['--slot', 'home.hreo'], 2, '--slot home.hreo: there is no such slot; did you mean "home.hero"?'],
  [['--at', 'soon'], 2, '--at soon: expected a time like'],
  [['--attributes', 'nowhere.json'], 1, 'nowhere.json: cannot be read'],
])('explain with %j says what would be right', async (args, code, message) => {
  const config = await write('site.json', siteInput)
  const ended = await runCli(['explain', '--config', config, ...args])
  expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' })
  expect(ended.err).toContain(message)
})

test('serve --watch puts a config into force when it changes, and keeps the last good one', async () => {
  const config = await write('watched.json', siteInput)
  const running = startCli(['serve', '--config', config, '--port', '0', '--watch'])
  const url = await getUrl(running)
  const getShare = async () => {
    const manifest = (await (await fetch(`${url}/v1/m?key=bank-page`)).json()) as { holdout?: { share: number } }
    return manifest.holdout?.share
  }
  const waiting = { timeout: 10_000, interval: 50 }
  // Written again until it is seen: the first line is printed a little before the watch begins.
  await vi.waitFor(async () => {
    await write('watched.json', { ...siteInput, holdout: { share: 0.5, seed: 's' } })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await getShare()).toBe(0.5)
  }, waiting)
  await write('watched.json', { ...siteInput, holdout: { share: 50, seed: 's' } })
  await vi.waitFor(() => expect(running.output.err).toContain('config_refused'), waiting)
  expect(running.output.err).toContain('holdout.share: expected a share from 0 to 1')
  expect(await getShare()).toBe(0.5)
  running.child.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ code: 0 })
})
