import type { Experience } from '@unblink/protocol'
import { afterEach, expect, test } from 'vitest'
import {
  askProfile,
  COOKIE,
  GRANTED,
  makeEvent,
  makeSite,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../test/startTestServer.ts'
import type { SiteInput } from './site/siteInput.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const NOW = Date.UTC(2026, 10, 22, 10)

const start = async (over: Partial<SiteInput>, attributes: Record<string, unknown> = {}) => {
  server = await startTestServer({ site: makeSite({ audiences: {}, ...over }), now: () => NOW })
  if (Object.keys(attributes).length > 0) await server.unblink.setAttributes(VISITOR, attributes)
  return server
}

const ask = async (over: object = {}) => (await askProfile(server!, over, COOKIE)).reply

const experience = (id: string, over: Partial<Experience> = {}): Experience => ({
  id,
  slot: 'home.hero',
  kind: 'personalization',
  variants: [{ id: 'v', content: { text: id } }],
  ...over,
})

test('an experience that waits for a trigger is left to the page, which is told whom it is for', async () => {
  const popup = experience('popup', { priority: 9, when: { scrollPercent: 50 }, audience: 'gold' })
  const others = experience('others', { priority: 8, when: { exitIntent: true }, audience: 'silver' })
  const site = { audiences: { gold: { tier: 'gold' }, silver: { tier: 'silver' } } }
  await start({ ...site, experiences: [popup, others, experience('base')] }, { tier: 'gold' })
  expect(await ask()).toMatchObject({
    decisions: [{ slot: 'home.hero', experience: 'base' }],
    rest: ['popup', 'base'],
    audiences: ['gold'],
  })
})

test('a cap is counted on the device: the server decides without it, and names what is behind', async () => {
  const capped = experience('capped', { priority: 1, cap: { impressions: 1, per: 'ever' } })
  const kept = experience('kept', { suppress: { tier: 'gold' } })
  await start({ experiences: [capped, kept, experience('base')] }, { tier: 'gold' })
  expect(await ask()).toMatchObject({ decisions: [{ experience: 'capped' }], rest: ['capped', 'base'] })
})

test('where neither a trigger nor a cap is, the page is told nothing of the others', async () => {
  await start({ experiences: [experience('base')] })
  expect(await ask()).not.toHaveProperty('rest')
})

test('the page is told to decide only when something that may come is meant for this visitor', async () => {
  const others = experience('others', { when: { exitIntent: true }, audience: 'silver' })
  await start({ audiences: { silver: { tier: 'silver' } }, experiences: [others, experience('base')] })
  expect(await ask()).not.toHaveProperty('rest')
})

test('where a trigger waits for a number of views, every page is told to count', async () => {
  const third = experience('third', { when: [{ exitIntent: true }, { view: 3 }], audience: 'silver' })
  await start({ audiences: { silver: { tier: 'silver' } }, experiences: [third, experience('base')] })
  expect(await ask()).toMatchObject({ rest: [] })
  expect(await ask({ slots: { 'home.side': {} } })).toMatchObject({ rest: [] })
})

test('contents that rotate come in the order of the visitor’s scores', async () => {
  const rotating = experience('offers', {
    variants: [
      {
        id: 'all',
        content: { text: 'cards' },
        rotation: { everyMs: 5_000, contents: [{ text: 'mortgage' }, { text: 'savings' }] },
      },
    ],
    rankBy: { all: ['intent.cards', 'intent.mortgage'] },
  })
  const categories = { mortgage: { paths: ['/mortgage/*'], intent: true }, cards: { paths: ['/cards'], intent: true } }
  await start({ categories, experiences: [rotating] })
  const getTexts = async () => {
    const { content, rotation } = (await ask()).decisions![0]!
    return [content, ...rotation!.contents].map((one) => one?.text)
  }
  expect(await getTexts()).toEqual(['cards', 'mortgage', 'savings'])
  await sendBatch(server!, [makeEvent({ at: NOW })], { sentAt: NOW }, COOKIE)
  expect(await getTexts()).toEqual(['mortgage', 'cards', 'savings'])
})

test('templates are filled with what is exposed, and nothing else', async () => {
  const text = 'Hello{{#name}} {{name}}{{/name}}{{secret}}'
  const greeting = experience('hello', {
    variants: [
      {
        id: 'v',
        content: { text, more: [{ target: 'b', html: '<i>{{name}}</i>' }] },
      },
    ],
  })
  await start({ expose: ['name'], experiences: [greeting] }, { name: 'Ann & Bo', secret: 's' })
  const getContent = async (over?: object) => (await ask(over)).decisions![0]!.content
  expect(await getContent()).toEqual({
    text: 'Hello Ann & Bo',
    more: [{ target: 'b', html: '<i>Ann &#38; Bo</i>' }],
  })
  expect(await getContent({ consent: { ...GRANTED, personalization: 'denied' } })).toMatchObject({ text: 'Hello' })
})

test('a template that fails for a visitor leaves the baseline, and the log says which', async () => {
  const link = experience('link', { variants: [{ id: 'v', content: { src: '/i?n={{name}}' } }] })
  // Half of a surrogate pair cannot be put into an address.
  await start({ expose: ['name'], experiences: [link] }, { name: 'x\uD800' })
  expect((await ask()).decisions).toEqual([{ slot: 'home.hero', reason: 'error' }])
  expect(server!.logs).toContainEqual(
    expect.objectContaining({ code: 'template_failed', slot: 'home.hero', experience: 'link' }),
  )
})

test('groups count in audiences and in what keeps from an experience', async () => {
  const site = {
    groups: { staff: ['ann', 'bo'], north: ['york'] },
    audiences: { staff: { login: { $inGroup: 'staff' } } },
    experiences: [
      experience('inside', { priority: 1, audience: 'staff', suppress: { city: { $inGroup: 'north' } } }),
      experience('all'),
    ],
  }
  await start(site, { login: 'ann', city: 'bath' })
  expect(await ask()).toMatchObject({ audiences: ['staff'], decisions: [{ experience: 'inside' }] })
  await server!.unblink.setAttributes(VISITOR, { city: 'york' })
  expect(await ask()).toMatchObject({ audiences: ['staff', 'inside:suppress'], decisions: [{ experience: 'all' }] })
})

test('an operator of the site’s own decides on the server, and reaches the page as an audience', async () => {
  const operators = { endsWith: (actual: unknown, expected: unknown) => String(actual).endsWith(String(expected)) }
  const site = { operators, audiences: { bank: { email: { $endsWith: '@bank.example' } } }, expose: ['email'] }
  await start({ ...site, experiences: [experience('staff', { audience: 'bank' })] }, { email: 'ann@bank.example' })
  expect(await ask()).toMatchObject({ audiences: ['bank'], decisions: [{ experience: 'staff' }] })
  await server!.unblink.setAttributes(VISITOR, { email: 'ann@mail.example' })
  expect(await ask()).toMatchObject({ audiences: [], decisions: [{ reason: 'default' }] })
  const manifest: unknown = await (await fetch(`${server!.url}/v1/m?key=bank-page`)).json()
  expect(manifest).toMatchObject({ audiences: { bank: { audiences: { $in: ['bank'] } } } })
})

test('an operator that throws is false, and the log says which', async () => {
  const operators = {
    breaks: () => {
      throw new Error('no table')
    },
  }
  const site = { operators, audiences: { odd: { email: { $breaks: 1 } } } }
  await start({ ...site, experiences: [experience('odd', { audience: 'odd' })] })
  expect((await ask()).decisions).toEqual([{ slot: 'home.hero', reason: 'default' }])
  expect(server!.logs).toContainEqual(
    expect.objectContaining({ code: 'operator_failed', message: 'operators.breaks threw: no table' }),
  )
})

test('a schedule, a namespace and one that is kept from an audience count as they are written', async () => {
  const site = {
    audiences: { gold: { tier: 'gold' } },
    experiences: [
      experience('over', { priority: 5, schedule: { to: NOW } }),
      experience('later', { priority: 4, schedule: { from: NOW + 1 } }),
      experience('weekdays', { priority: 3, schedule: { days: ['Mon'] as const } }),
      experience('kept', { priority: 2, suppress: 'gold' }),
      experience('base'),
    ],
  }
  await start(site, { tier: 'gold' })
  expect((await ask()).decisions).toMatchObject([{ experience: 'base' }])
})
