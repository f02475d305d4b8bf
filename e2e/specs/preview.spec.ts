import type { Page } from '@playwright/test'
import { createPreviewLink } from '@unblink/server'
import { expect, test, toContent, type DeviceSite } from '../support/deviceSite.ts'
import { sendNow } from '../support/sendNow.ts'

const heading = (page: Page, slot: string) => page.locator(`[data-unblink=${slot}] h2`)

const RULES = {
  audiences: { owners: { holdings: 'house' } },
  experiences: [
    {
      id: 'everyone',
      slot: 'hero',
      kind: 'personalization' as const,
      variants: [{ id: 'v', content: toContent('Yes') }],
    },
    {
      id: 'test',
      slot: 'hero',
      kind: 'experiment' as const,
      priority: 2,
      audience: 'owners',
      cap: { per: 'ever' as const, impressions: 1, dismissals: 1 },
      variants: [{ id: 'control' }, { id: 'bold', content: toContent('Bold') }],
    },
    {
      id: 'leaving',
      slot: 'deep',
      kind: 'personalization' as const,
      when: { exitIntent: true as const },
      variants: [{ id: 'v', content: toContent('Stay') }],
    },
  ],
}

const makeLink = (site: DeviceSite, to: string, shown: readonly (readonly [string, string, string])[]) => {
  const link = createPreviewLink({
    site: site.rules,
    slots: shown.map(([slot]) => slot),
    experiences: shown.map(([, experience]) => experience),
    variants: shown.map(([, , variant]) => variant),
    base: site.url('/u'),
    to,
    until: Date.now() + 60_000,
  })
  if (!link.ok) throw new Error(link.error)
  return link.value
}

test('a preview shows what nobody else sees, over what is remembered, and nothing of it is counted', async ({
  page,
  start,
}) => {
  const site = await start(RULES)
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await page.goto(site.url())
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"everyone"'))

  const link = makeLink(site, '/loans', [
    ['hero', 'test', 'bold'],
    ['deep', 'leaving', 'v'],
  ])
  await page.goto(link)
  expect(page.url()).toBe(site.url('/loans'))
  await expect(heading(page, 'hero')).toHaveText('Bold')
  await expect(heading(page, 'deep')).toHaveText('Stay')
  await page.locator('[data-unblink=hero] a').click()
  await page.waitForTimeout(1_200)
  await sendNow(page)
  await site.waitFor('interaction', ({ p }) => p.slot === 'hero')
  await site.waitFor('impression', ({ p }) => p.slot === 'hero' && p.experience === undefined)
  await page.getByRole('button', { name: 'No, thanks' }).first().click()
  await expect(heading(page, 'hero')).toHaveText('Hero default')

  // As often as one likes, and still not capped, for the collector's word on the next decisions, too, is the preview's.
  await page.goto(site.url('/again'))
  await expect(heading(page, 'hero')).toHaveText('Bold')
  await sendNow(page)
  const overridden = () => site.events('exposure').filter(({ p }) => p.slot === 'hero' && p.reason === 'override')
  await expect.poll(() => overridden().length).toBe(2)
  // Once a page.
  await expect.poll(() => said.filter((text) => text.includes('[unblink] This is a preview.')).length).toBe(2)
  for (const type of ['exposure', 'impression', 'interaction'] as const)
    for (const { p } of site.events(type)) expect([undefined, 'everyone']).toContain(p.experience)
  expect(await page.evaluate(() => localStorage['unblink'] as string)).not.toContain('Bold')
  expect(await page.evaluate(() => (localStorage['unblink.device'] as string | undefined) ?? '')).not.toContain('test')

  await page.goto(`${site.url('/u')}/v1/preview?to=/`)
  await expect(heading(page, 'hero')).toHaveText('Yes')
  await expect(heading(page, 'deep')).toHaveText('Deep default')
})

test('the control can be previewed, also without consent', async ({ page, start }) => {
  const site = await start({ ...RULES, consent: { personalization: 'pending', analytics: 'pending' } })
  await page.goto(makeLink(site, '/', [['hero', 'test', 'control']]))
  await expect(page.locator('[data-unblink=hero]')).toBeVisible()
  await page.waitForFunction(() => window.unblink!.slots['hero']!.decision?.reason === 'override')
  await expect(heading(page, 'hero')).toHaveText('Hero default')
})
