import { expect, test } from 'vitest'
import { getTrafficSource } from './getTrafficSource.ts'

const at = (address: string, referrer = '') => getTrafficSource(new URL(address, 'https://www.shop.example'), referrer)

test('keeps the campaign, the host and the kind of the click id, and nothing else of the query', () => {
  const source = at(
    '/?utm_source=news&utm_medium=cpc&utm_campaign=spring&gclid=SECRET&email=a@b.example',
    'https://www.partner.example/page?token=SECRET',
  )
  expect(source).toEqual({
    host: 'partner.example',
    utm: { source: 'news', medium: 'cpc', campaign: 'spring' },
    clickId: 'gclid',
  })
})

test('leaves out a campaign word that holds a mail address, and cuts a long one', () => {
  const { utm } = at(`/?utm_term=jane%40mail.example&utm_content=${'x'.repeat(500)}`)
  expect(utm).toEqual({ content: 'x'.repeat(100) })
})

test('names no host for the own site or a direct visit', () => {
  expect(at('/', 'https://www.shop.example/cart')).toEqual({ class: 'internal' })
  expect(at('/')).toEqual({})
  expect(at('/', 'not an address')).toEqual({})
})

test.each([
  ['https://www.google.com/', 'google.com'],
  ['android-app://com.google.android.gm/', 'com.google.android.gm'],
])('the host of %s is %s', (referrer, host) => {
  expect(at('/', referrer).host).toBe(host)
})
