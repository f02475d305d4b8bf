import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { runCli } from '../../test/startCli.ts'
import { COOKIE, makeEvent, sendBatch, siteInput, startTestServer, VISITOR } from '../../test/startTestServer.ts'
import { runExplain } from './runExplain.ts'

test('explain tells beside an experience what chose its variant', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unblink-explain-'))
  try {
    const config = join(folder, 'site.json')
    const offer = {
      id: 'offer',
      slot: 'home.hero',
      kind: 'personalization',
      choose: { bandit: { goal: 'apply' } },
      variants: [{ id: 'plain' }, { id: 'rates', content: { text: 'Rates' } }],
    }
    await writeFile(config, JSON.stringify({ ...siteInput, experiences: [offer] }))
    const { code, out, err } = await runCli(['explain', '--config', config, '--slot', 'home.hero'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^home\.hero: offer \/ plain \(targeting_match\)\n.*\n {2}\+ offer {2}It wins with variant "plain"\.\n {11}Without a visitor id the bandit gives/,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('with the log, a visitor is explained with the variant that they were shown first', async () => {
  const server = await startTestServer()
  const folder = await mkdtemp(join(tmpdir(), 'unblink-explain-'))
  try {
    const config = join(folder, 'site.json')
    const variants = [
      { id: 'control', weight: 1 },
      { id: 'new', weight: 0, content: { text: 'New' } },
    ]
    const experiment = { id: 'hero', slot: 'home.hero', kind: 'experiment', variants }
    await writeFile(config, JSON.stringify({ ...siteInput, experiences: [experiment] }))
    const p = {
      slot: 'home.hero',
      experience: 'hero',
      variant: 'new',
      outcome: 'variant',
      reason: 'split',
      hiddenMs: 0,
    }
    await sendBatch(server, [makeEvent({ t: 'exposure', p })], {}, COOKIE)
    const explain = async (...args: string[]) => {
      const out: string[] = []
      const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
      await runExplain(['--config', config, '--slot', 'home.hero', '--visitor', VISITOR, ...args])
      write.mockRestore()
      return out.join('')
    }
    expect(await explain()).toContain('home.hero: hero / control (split)')
    expect(await explain('--data', server.dataDir)).toContain('home.hero: hero / new (split)')
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
})
