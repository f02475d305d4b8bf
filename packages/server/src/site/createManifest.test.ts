import { decide } from '@unblink/decide'
import type { Manifest } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { makeSite } from '../../test/startTestServer.ts'
import { createManifest } from './createManifest.ts'
import type { SiteInput } from './siteInput.ts'

const create = (over: Partial<SiteInput>): Manifest => createManifest(makeSite({ experiences: [], ...over }))

test('an audience that a page can work out is published as it is', () => {
  const audiences = { back: { 'visits.count': { $gte: 2 } }, rich: { crm: { $exists: true } } }
  expect(create({ audiences, expose: ['visits.count', 'crm'] }).audiences).toEqual(audiences)
})

test('any other is published as the question whether the reply names it', () => {
  const audiences = {
    secret: { $or: [{ 'crm.score': { $gt: 7 } }, { 'visits.count': 1 }] },
    whole: { crm: { $exists: true } },
    own: { 'visits.count': { $not: { $odd: true } } },
  }
  const manifest = create({ audiences, expose: ['visits.count', 'crm.tier'], operators: { odd: () => true } })
  expect(manifest.audiences).toEqual({
    secret: { audiences: { $in: ['secret'] } },
    whole: { audiences: { $in: ['whole'] } },
    own: { audiences: { $in: ['own'] } },
  })
  expect(JSON.stringify(manifest)).not.toContain('score')
})

test('a page that is told its audiences decides as the server does', () => {
  const experience = {
    id: 'e',
    slot: 'home.hero',
    kind: 'personalization' as const,
    audience: 'secret',
    variants: [{ id: 'v', content: { text: 'x' } }],
  }
  const manifest = create({ audiences: { secret: { score: 9 } }, expose: [], experiences: [experience] })
  const decideWith = (audiences: string[]) =>
    decide({ manifest, attributes: { audiences }, slots: ['home.hero'] })[0]!.reason
  expect([decideWith(['other', 'secret']), decideWith(['other'])]).toEqual(['targeting_match', 'default'])
})

test('only groups that published conditions name are published', () => {
  const groups = { staff: ['ann'], secret: ['bo'], unused: ['cy'] }
  const audiences = { a: { name: { $inGroup: 'staff' } }, b: { hidden: { $inGroup: 'secret' } } }
  expect(create({ groups, audiences, expose: ['name'] }).groups).toEqual({ staff: ['ann'] })
  expect(create({ groups })).not.toHaveProperty('groups')
})

test('the paths of categories that triggers count are published, and of no others', () => {
  const categories = { cards: { paths: ['/cards/*'] }, loans: { paths: ['/loans'] } }
  const when = [{ exitIntent: true }, { categoryViews: { category: 'cards', times: 2 } }] as const
  const experience = { id: 'e', slot: 'home.hero', kind: 'personalization', when, variants: [{ id: 'v' }] } as const
  expect(create({ audiences: {}, categories, experiences: [experience] })).toMatchObject({
    categories: { cards: ['/cards/*'] },
    experiences: [{ when }],
  })
})

test('a condition that stands in an experience is published like an audience: as the question, where a page cannot work it out', () => {
  const experience = (id: string, city: string) => ({
    id,
    slot: 'home.hero',
    kind: 'personalization' as const,
    audience: { [city]: 'york' },
    suppress: { [city]: 'bath' },
    variants: [{ id: 'v' }],
  })
  const own = { ...experience('own', 'city'), suppress: { city: { $odd: true } } }
  const manifest = create({
    expose: ['city'],
    operators: { odd: () => true },
    experiences: [experience('known', 'city'), experience('hidden', 'home'), own],
  })
  expect(manifest).toMatchObject({
    audiences: {
      known: { city: 'york' },
      'known:suppress': { city: 'bath' },
      hidden: { audiences: { $in: ['hidden'] } },
      'hidden:suppress': { audiences: { $in: ['hidden:suppress'] } },
      own: { city: 'york' },
      'own:suppress': { audiences: { $in: ['own:suppress'] } },
    },
    experiences: [{ suppress: 'known:suppress' }, { suppress: 'hidden:suppress' }, { suppress: 'own:suppress' }],
  })
})

test('a change of what pages do not see is another version all the same', () => {
  const versionOf = (score: number) => create({ audiences: { secret: { score } }, expose: [] }).version
  expect(versionOf(1)).not.toBe(versionOf(2))
  expect(versionOf(1)).toBe(versionOf(1))
})
