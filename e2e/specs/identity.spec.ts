import type { Page } from '@playwright/test'
import { expect, test, type IdentitySite } from '../support/identitySite.ts'

/** What nobody remembers or has forgotten yet. */
const whenReady = (page: Page) => page.waitForFunction(() => window.unblink?.place && window.unblink.reply)
const readVisitor = (page: Page) => page.evaluate(() => (window.unblink!.reply as { visitor?: string }).visitor)
const slot = (page: Page, name: string) => page.locator(`[data-unblink=${name}]`)
const push = <T>(page: Page, ...command: unknown[]) =>
  page.evaluate((given) => window.unblink!.push(...given) as T, command)

/** Reaches the goal, and waits until the server knows. */
async function buy(page: Page, site: IdentitySite) {
  await whenReady(page)
  const visitor = await readVisitor(page)
  expect(await push(page, 'conversion', { goal: 'bought' })).toBe(true)
  // Whoever goes away leaves a beacon.
  await page.goto('about:blank')
  await expect.poll(() => site.server.readProfile(visitor!)?.conversions['bought']?.count).toBe(1)
  return visitor!
}

const logIn = async (page: Page, site: IdentitySite, user: string) => {
  await whenReady(page)
  const proof = site.prove(user, (await readVisitor(page))!)
  return push<boolean>(page, 'identify', { user, proof })
}

test('what was done before the log-in is known on the next device, until the log-out', async ({
  page,
  open,
  browser,
}) => {
  const site = await open()
  await page.goto(site.url())
  await buy(page, site)
  await page.goto(site.url())
  expect(await logIn(page, site, 'u-17')).toBe(true)

  const context = await browser.newContext()
  const laptop = await context.newPage()
  await laptop.goto(site.url())
  await expect(slot(laptop, 'offer')).toHaveText('Our offer')
  const before = await readVisitor(laptop)
  expect(await logIn(laptop, site, 'u-17')).toBe(true)
  expect(await readVisitor(laptop)).toBe(before)
  await laptop.reload()
  await expect(slot(laptop, 'offer')).toHaveText('Thank you')

  expect(await push(laptop, 'logout')).toBe(true)
  const after = await readVisitor(laptop)
  expect(after).not.toBe(before)
  await laptop.reload()
  await whenReady(laptop)
  expect(await readVisitor(laptop)).toBe(after)
  await expect(slot(laptop, 'offer')).toHaveText('Our offer')
  // And whoever stayed is who they were.
  await page.goto(site.url())
  await expect(slot(page, 'offer')).toHaveText('Thank you')
  await context.close()
})

test('E2 without a good proof nobody is identified, and the page hears of nothing but false', async ({
  page,
  open,
}) => {
  const site = await open()
  await page.goto(site.url())
  const owner = await buy(page, site)
  await page.context().clearCookies()
  await page.goto(site.url())
  await whenReady(page)
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  const mine = (await readVisitor(page))!
  expect(mine).not.toBe(owner)
  for (const given of [
    undefined,
    {},
    { user: 'u-17' },
    { user: 'u-17', proof: 'x' },
    { user: 'u-17', proof: site.prove('u-18', mine) },
    { user: 'u-17', proof: site.prove('u-17', owner) },
  ])
    expect(await push(page, 'identify', given)).toBe(false)
  expect(said.filter((text) => text.includes('[unblink] identify was not done.'))).toHaveLength(6)
  expect(site.rows('SELECT * FROM links')).toEqual([])
})

test('an unknown command says so, and what there is', async ({ page, open }) => {
  const site = await open()
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await page.goto(site.url())
  await whenReady(page)
  expect(await push(page, 'identfy')).toBe(false)
  expect(said.join()).toMatch(
    /Unknown command "identfy"\. Commands are: conversion, .*forget.*identify, logout, panel\./,
  )
})

test('what waited when somebody logged out is not the next one’s', async ({ page, open }) => {
  const site = await open()
  await page.goto(site.url())
  await logIn(page, site, 'u-17')
  const before = await readVisitor(page)
  await push(page, 'event', 'read-own-account')
  expect(await push(page, 'logout')).toBe(true)
  const after = await readVisitor(page)
  await push(page, 'event', 'somebody-else')
  await page.goto('about:blank')
  const whose = (name: string) =>
    site
      .rows(`SELECT visitor FROM events WHERE type = 'custom' AND payload LIKE '%${name}%'`)
      .map(({ visitor }) => visitor)
  await expect.poll(() => whose('read-own-account')).toEqual([before])
  await expect.poll(() => whose('somebody-else')).toEqual([after])
})

test('B17 where the cookie is refused, the browser’s own storage keeps the visitor', async ({ page, open, errors }) => {
  // Another site to the browser, so a cookie for it is a third party's; SameSite=Lax keeps it from every engine.
  const site = await open({ serverHost: '127.0.0.1' })
  await page.goto(site.url('/', 'localhost'))
  const kept = () =>
    page.evaluate(() => (JSON.parse(localStorage.getItem('unblink') ?? '{}') as { visitor?: string[] }).visitor?.[0])
  // It is kept once the slots have been painted and the page is idle.
  await expect.poll(kept).toBeTruthy()
  const first = await buy(page, site)
  await page.goto(site.url('/', 'localhost'))
  await whenReady(page)
  await expect.poll(kept).toBe(first)
  await page.waitForFunction((id) => (window.unblink!.reply as { visitor?: string } | undefined)?.visitor === id, first)
  await push(page, 'event', 'again')
  await page.goto('about:blank')
  await expect
    .poll(() =>
      site.rows(`SELECT DISTINCT visitor FROM events WHERE visitor IS NOT NULL`).map(({ visitor }) => visitor),
    )
    .toEqual([first])
  expect(site.heard.filter(({ cookie }) => cookie.includes('ub_v'))).toEqual([])
  // What the reply to those events decided shows on the next page.
  await page.goto(site.url('/', 'localhost'))
  await expect.poll(() => page.evaluate(() => localStorage['unblink'] as string)).toContain('Thank you')
  await page.goto(site.url('/', 'localhost'))
  await expect(slot(page, 'offer')).toHaveText('Thank you')

  expect(await push(page, 'logout')).toBe(true)
  await page.goto(site.url('/', 'localhost'))
  await expect(slot(page, 'offer')).toHaveText('Our offer')
  expect(await kept()).not.toBe(first)
  await page.goto('about:blank')
  // Firefox tells its console of every cookie that it refuses, which is no error of the page.
  errors.splice(0, Infinity, ...errors.filter((text) => !text.includes('“ub_v” has been rejected')))
})

test('where the cookie does its work, no id is kept beside it', async ({ page, open }) => {
  const site = await open()
  await page.goto(site.url())
  await page.waitForFunction(() => (localStorage['unblink'] as string | undefined)?.includes('"times"'))
  expect(await page.evaluate(() => localStorage['unblink'] as string)).not.toContain((await readVisitor(page))!)
  expect(await page.evaluate(() => document.cookie)).not.toContain('ub_v')
})

test('hosts of one domain have one visitor, where the site says so', async ({ page, open }) => {
  const site = await open({ cookieDomain: 'shop.localhost' })
  await page.goto(site.url('/', 'www.shop.localhost'))
  await whenReady(page)
  const visitor = await readVisitor(page)
  await page.goto(site.url('/', 'pay.shop.localhost'))
  await whenReady(page)
  expect(await readVisitor(page)).toBe(visitor)
})
