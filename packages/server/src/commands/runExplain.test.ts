import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../test/startCli.ts'
import { siteInput } from '../../test/startTestServer.ts'

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
