import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startModel } from '../../test/startModel.ts'
import { makeSite } from '../../test/startTestServer.ts'
import { readLog } from '../model/readLog.ts'
import type { ChoiceInput } from '../site/choiceInput.ts'
import { publish } from '../site/publish.ts'
import { resolveRules } from '../site/resolveRules.ts'
import { openDatabase } from '../store/openDatabase.ts'
import { explainChoices, type ExplainChoicesInput } from './explainChoices.ts'

const VISITOR = '11111111-2222-4333-8444-555555555555'
const bandit: ChoiceInput = { bandit: { goal: 'apply', contexts: ['gold'] } }
const model: ChoiceInput = { model: 'banner' }

/** Nobody listens at port 9. */
const explain = async (
  choose: readonly ChoiceInput[],
  {
    url = 'http://127.0.0.1:9',
    audience,
    facts = {},
    ...over
  }: Partial<ExplainChoicesInput> & { url?: string; audience?: string } = {},
) => {
  const features = ['intent.mortgage', 'visits.count', 'visits.daysSinceLast']
  const site = makeSite({
    audiences: { gold: { tier: 'gold' } },
    models: { banner: { url, features, timeoutMs: 1_000 } },
    experiences: [
      {
        id: 'offer',
        slot: 'home.hero',
        kind: 'personalization',
        ...(audience === undefined ? {} : { audience }),
        choose,
        variants: [
          { id: 'plain' },
          { id: 'rates', content: { text: 'Rates' } },
          { id: 'cards', content: { text: 'Cards' } },
        ],
      },
    ],
  })
  const rules = resolveRules(publish(site), facts, () => {})
  return explainChoices({ site, rules, facts, visitor: VISITOR, slots: ['home.hero'], now: 0, ...over })
}

test('the bandit’s shares are told, in which context, and what they rest on', async () => {
  const gold = await explain([bandit], { facts: { tier: 'gold' } })
  expect(gold.traces).toEqual([
    {
      experience: 'offer',
      by: 'bandit',
      shares: Object.fromEntries(['plain', 'rates', 'cards'].map((id) => [id, expect.closeTo(1 / 3) as number])),
      sentences: [
        'The bandit chooses for context "gold": plain 33.3 %, rates 33.3 %, cards 33.3 %, having learnt nothing here; --data DIR or --nats URLS gives it what the server has.',
      ],
    },
  ])
  const generic = await explain([bandit], { visitor: undefined })
  expect(generic.traces[0]!.sentences[0]).toMatch(
    /^Without a visitor id the bandit gives what has done best with everyone/,
  )
  const folder = await mkdtemp(join(tmpdir(), 'unblink-explain-'))
  const database = openDatabase(folder)
  try {
    const { traces } = await explain([bandit], { log: readLog(database, { site: 'bank' }) })
    expect(traces[0]!.sentences[0]).toMatch(/for everyone: .* from 0\.0 trials/)
  } finally {
    database.close()
    await rm(folder, { recursive: true })
  }
})

test('a model that fails leaves it to the next, or to the weights, and it is said why', async () => {
  const next = await explain([model, bandit])
  expect(next.traces).toMatchObject([
    {
      by: 'bandit',
      sentences: [
        expect.stringContaining('Model "banner" gave no scores'),
        expect.stringContaining('The bandit chooses for everyone'),
      ],
    },
  ])
  const weighed = await explain([model, { model: 'banner', shadow: true }])
  expect(weighed.chosen.size).toBe(0)
  expect(weighed.traces).toMatchObject([{ by: 'weights' }])
  expect(weighed.traces[0]!.sentences.slice(1)).toEqual([
    'Model "banner" is in shadow: it never decides, and was not asked here.',
    'So the weights decide: plain 1, rates 1, cards 1.',
  ])
  const unknown = await explain([model], { visitor: undefined })
  expect(unknown.traces[0]!.sentences[0]).toBe('No model is asked about a visitor without an id.')
})

test('a model that answers is named, and nobody is asked for an experience that does not admit the visitor', async () => {
  const running = await startModel()
  try {
    const { chosen, traces } = await explain([model, bandit], { url: running.url })
    expect(traces).toMatchObject([{ by: 'model', shares: chosen.get('offer')!.shares }])
    expect(traces[0]!.sentences[0]).toMatch(/^Model "banner" chooses plain 100\.0 %\.$/)
    expect((await explain([model, bandit], { url: running.url, audience: 'gold' })).traces).toEqual([])
  } finally {
    await running.stop()
  }
})
