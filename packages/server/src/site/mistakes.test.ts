import { readFileSync } from 'node:fs'
import { decide } from '@unblink/decide'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findDoubts } from './findDoubts.ts'
import { formatPath } from './problem.ts'
import { publish } from './publish.ts'
import { readSite } from './readSite.ts'
import { applyMistake, type Mistake } from '../../test/applyMistake.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as unknown
const base = read('../../cases/site-base.json')
const mistakes = read('../../cases/site-mistakes.json') as readonly Mistake[]
const NOW = Date.UTC(2026, 10, 22)

/** What is said of a config, a line for each problem: severity, path and message. */
function getFindings(config: unknown): string[] {
  const checked = readSite(config)
  if (!checked.ok) return checked.problems.map(({ path, message }) => `error ${formatPath(path)}: ${message}`)
  return findDoubts(checked, NOW).map(({ path, message }) => `warning ${formatPath(path)}: ${message}`)
}

test('the config that the mistakes are made in is sound, and gives no doubts', () => {
  expect(getFindings(base)).toEqual([])
  expect(mistakes.length).toBeGreaterThan(100)
})

test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))('%s', (_name, mistake) => {
  const findings = getFindings(applyMistake(base, mistake))
  const expected = `${mistake.severity ?? 'error'} ${mistake.at}: `
  const found = findings.filter((finding) => finding.startsWith(expected))
  expect({ findings, found }).toMatchObject({ found: [expect.stringContaining(mistake.says) as string] })
})

/** Every place in a config, from the outside in. */
const getPaths = (value: unknown, path: readonly string[] = []): (readonly string[])[] => [
  path,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => getPaths(member, [...path, key]))
    : []),
]

test('whatever stands in whatever place, it is told in our words or it can be published and decided with', () => {
  const rich = applyMistake(base, {
    name: '',
    at: '',
    says: '',
    set: {
      'experiences.2': {
        id: 'rich',
        slot: 'home.hero',
        kind: 'personalization',
        priority: -1,
        suppress: { $or: [{ tier: { $in: ['gold'] } }, { $not: { name: { $regex: '^A' } } }] },
        schedule: { from: '2020-01-01T00:00:00Z', days: ['Mon'], hours: ['09:00', '17:00'], timeZone: 'Europe/Berlin' },
        when: [{ visit: { $gte: 2 } }, { event: 'x', times: 2 }, { categoryViews: { category: 'cards', times: 1 } }],
        cap: { impressions: 3, per: 'day' },
        namespace: { id: 'n', range: [0, 0.5] },
        coverage: 0.5,
        variants: [
          {
            id: 'v',
            content: { text: '{{name}}' },
            rotation: { everyMs: 5_000, contents: [{ html: '<b>{{intent.primary}}</b>' }], labels: { next: 'Next' } },
          },
          { id: 'w', content: { class: 'a', style: { color: 'red' }, more: [{ target: 'b', remove: true }] } },
        ],
        rankBy: { v: ['intent.cards', 'intent.mortgage'] },
      },
    },
  })
  const paths = getPaths(rich).filter((path) => path.length > 0)
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>('', 0, -1, 1e9, null, true, [], {}, { $gte: 1 }, { text: 'x' }, '{{x', 'home.hero', NaN),
    fc.constantFrom<unknown>(undefined, () => 1, new Date(0), Symbol('x'), 10n),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 3 }), (changes) => {
      const config = structuredClone(rich) as Record<string, unknown>
      for (const [path, changed] of changes) {
        const target = path
          .slice(0, -1)
          .reduce<unknown>((inner, step) => (inner as Record<string, unknown>)?.[step], config)
        if (typeof target === 'object' && target !== null) Object.assign(target, { [path.at(-1)!]: changed })
      }
      const checked = readSite(config)
      if (!checked.ok) {
        for (const { message } of checked.problems)
          expect(message).not.toMatch(/^(Invalid|Unrecog|Too |cannot be read)|undefined|\[object/)
        return
      }
      findDoubts(checked, NOW)
      const { rules } = publish(checked.value)
      for (const { reason } of decide({ manifest: rules, attributes: { name: 'Ann' }, visitor: 'v', now: NOW })) {
        expect(reason).not.toBe('error')
      }
    }),
    { numRuns: 3_000 },
  )
})
