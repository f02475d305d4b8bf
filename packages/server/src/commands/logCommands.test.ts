import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { banditInput, makeBanditExposure, toVisitor } from '../../test/banditSite.ts'
import { runCli } from '../../test/startCli.ts'
import { makeEvent, makeSite, sendBatch, startTestServer, VISITOR } from '../../test/startTestServer.ts'
import type { SiteInput } from '../site/siteInput.ts'

const T0 = Date.UTC(2026, 10, 22, 10)

let dataDir = ''
let config = ''

const write = async (name: string, site: SiteInput) => {
  const file = join(dataDir, name)
  await writeFile(file, JSON.stringify(site))
  return file
}

/** A hundred visitors, seen by a real server, whose database stays when it is stopped. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'unblink-log-'))
  config = await write('site.json', banditInput)
  let clock = T0
  const server = await startTestServer({ site: makeSite(banditInput), dataDir, now: () => clock })
  const first = { sentAt: T0, cookie: '' }
  for (let n = 0; n < 100; n++) {
    clock = T0 + n * 60_000
    const at = { at: clock }
    const events = [
      makeEvent({ ...at, t: 'page_view', p: { kind: 'load', title: '', source: {} } }),
      makeBanditExposure(n, clock),
      makeEvent({ ...at, t: 'interaction', p: { kind: 'click', target: 'a' } }),
      makeEvent({ ...at }),
      // Every second who saw the rates applies, and one in ten of the others; one of them for a fortune.
      ...((n % 2 ? n % 4 === 1 : n % 20 === 0)
        ? [makeEvent({ ...at, t: 'conversion', p: { goal: 'apply', value: n === 20 ? 1e9 : 10 } })]
        : []),
    ]
    const { reply } = await sendBatch(server, events, { ...first, sentAt: clock }, { cookie: `ub_v=${toVisitor(n)}` })
    if (reply.ok !== events.length) throw new Error(JSON.stringify(reply))
  }
  await server.unblink.setAttributes(VISITOR, { tier: 'gold' })
  const { reply } = await sendBatch(
    server,
    [makeEvent({ at: clock })],
    { sentAt: clock },
    { cookie: `ub_v=${VISITOR}` },
  )
  if (reply.ok !== 1) throw new Error(JSON.stringify(reply))
  // The folder stays: only the server ends.
  await server.unblink.close()
})
afterAll(() => rm(dataDir, { recursive: true }))

const run = (command: string, ...args: string[]) => runCli([command, '--config', config, '--data', dataDir, ...args])

test('profiles worked out from the log are those that are stored, byte by byte', async () => {
  const { code, out } = await run('replay', '--check')
  expect({ code, out }).toEqual({ code: 0, out: '101 profiles worked out anew; 0 differ from what is stored.\n' })
})

test('one profile as it is now, and as it was', async () => {
  const now = JSON.parse((await run('replay', '--visitor', VISITOR)).out) as { profile: { generation: number } }
  expect(now).toMatchObject({
    profile: { generation: 2, custom: { tier: 'gold' } },
    attributes: { tier: 'gold', clicks: 0 },
  })
  const before = await run('replay', '--visitor', VISITOR, '--at', new Date(T0).toISOString())
  expect(before).toMatchObject({ code: 2, err: expect.stringContaining('nothing of this visitor by then') as string })
})

test('a new attribute: the check tells, --write fills it in from the log, and the next check is content', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'unblink-copy-'))
  try {
    const source = new Database(join(dataDir, 'unblink.db'))
    source.exec(`VACUUM INTO '${join(copy, 'unblink.db')}'`)
    source.close()
    const wider = await write('wider.json', {
      ...banditInput,
      attributes: { ...banditInput.attributes, opened: { kind: 'count', on: { event: 'page_view' } } },
    })
    const replay = (...args: string[]) => runCli(['replay', '--config', wider, '--data', copy, ...args])
    const checked = await replay('--check')
    expect(checked.code).toBe(1)
    expect(checked.out).toMatch(
      /^101 profiles worked out anew; 100 differ from what is stored\.\n( {2}[\w-]+\n){20} {2}and 80 more\n$/,
    )
    expect((await replay('--write')).out).toContain('100 were different and are stored now, 0 are left')
    expect(await replay('--check')).toMatchObject({ code: 0 })
  } finally {
    await rm(copy, { recursive: true })
  }
})

test('evaluate tells what other ways of choosing would have earned', async () => {
  const { code, out } = await run('evaluate', '--json')
  expect(code).toBe(0)
  const [report] = JSON.parse(out) as {
    trials: number
    policies: { policy: string; ips: { mean: number }; dr: { mean: number } }[]
  }[]
  expect(report).toMatchObject({ experience: 'offer', trials: 100 })
  const means = Object.fromEntries(report!.policies.map(({ policy, ips, dr }) => [policy, [ips.mean, dr.mean]]))
  expect(means['always rates']![0]).toBeCloseTo(0.5, 6)
  expect(means['always rates']![1]).toBeCloseTo(0.5, 1)
  expect(means['always plain']![0]).toBeCloseTo(0.1, 6)
  expect(means['even split']![0]).toBeCloseTo(0.3, 6)
  expect(means['bandit, as it is now']![0]).toBeGreaterThan(0.45)
  expect((await run('evaluate')).out).toMatch(
    /^offer: 100 trials of 100 visitors\n {2}always plain {10}ips 0\.1000 {2}\[/,
  )
})

test('quality tells what is missing and what is out of range', async () => {
  const { out } = await run('quality', '--days', '3660', '--json')
  expect(JSON.parse(out)).toMatchObject({ attributes: [{ attribute: 'spent', events: 30, missing: 0, outOfRange: 1 }] })
  expect((await run('quality', '--days', '3660')).out).toContain('spent  30 events, missing 0.0 %, out of range 3.3 %')
})

test.each([
  [['replay'], 'Say what to do: --check, --write, or --visitor ID.'],
  [['replay', '--at', '2026-01-01T00:00:00Z'], '--at tells of one visitor'],
  [['evaluate', '--experience', 'ofer'], 'did you mean "offer"?'],
  [['quality', '--days', 'x'], '--days x: expected a whole number'],
])('%j says what would be right', async ([command, ...args], message) => {
  const ended = await run(command!, ...args)
  expect({ code: ended.code, out: ended.out }).toEqual({ code: 2, out: '' })
  expect(ended.err).toContain(message)
})

test('a folder without a database is named', async () => {
  const ended = await runCli(['replay', '--check', '--config', config, '--data', tmpdir()])
  expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('there is no unblink.db') as string })
})
