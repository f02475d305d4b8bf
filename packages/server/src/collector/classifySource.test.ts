import { expect, test } from 'vitest'
import { classifySource } from './classifySource.ts'

const SITE = /^https:\/\/(www\.)?shop\.example\//

/** What a page of shop.example sends for its own address and the referrer's. */
function at(address: string, referrer: string) {
  const utm = Object.fromEntries(
    [...new URL(address, 'https://shop.example').searchParams]
      .filter(([name, value]) => /^utm_(source|medium|campaign)$/.test(name) && value)
      .map(([name, value]) => [name.slice(4), value]),
  )
  const clickId = /(gclid|msclkid|fbclid)=/.exec(address)?.[1]
  const host = URL.canParse(referrer) ? new URL(referrer).hostname.replace(/^www\./, '') : ''
  return {
    ...(SITE.test(referrer) ? { class: 'internal' as const } : host ? { host } : {}),
    ...(Object.keys(utm).length ? { utm } : {}),
    ...(clickId ? { clickId } : {}),
  }
}

test.each([
  ['/', '', 'direct'],
  ['/', 'not an address', 'direct'],
  ['/', 'https://www.shop.example/cart', 'internal'],
  ['/', 'https://shop.example/', 'internal'],
  ['/', 'https://www.google.com/', 'search'],
  ['/', 'https://www.google.co.uk/', 'search'],
  ['/', 'https://google.com.au/', 'search'],
  ['/', 'https://www.bing.com/search?q=x', 'search'],
  ['/', 'https://duckduckgo.com/', 'search'],
  ['/', 'https://uk.search.yahoo.com/', 'search'],
  ['/', 'https://search.brave.com/', 'search'],
  ['/', 'android-app://com.google.android.googlequicksearchbox/', 'search'],
  ['/', 'https://l.facebook.com/', 'social'],
  ['/', 'https://www.linkedin.com/feed', 'social'],
  ['/', 'https://t.co/abc', 'social'],
  ['/', 'https://www.pinterest.co.uk/', 'social'],
  ['/', 'https://mail.google.com/', 'email'],
  ['/', 'https://outlook.live.com/mail', 'email'],
  ['/', 'https://webmail.provider.example/', 'email'],
  ['/', 'android-app://com.google.android.gm/', 'email'],
  ['/', 'https://partner.example/offers', 'referral'],
  ['/', 'https://docs.google.com/document', 'referral'],
  ['/', 'https://netflix.com/', 'referral'],
  ['/', 'https://google.com.evil.example/', 'referral'],
  ['/', 'https://facebook.com.evil.example/', 'referral'],
  ['/', 'https://notfacebook.com/', 'referral'],
  ['/?gclid=1', 'https://www.google.com/', 'paid'],
  ['/?msclkid=1', '', 'paid'],
  ['/?gclid=1', 'https://www.shop.example/redirect', 'paid'],
  ['/?utm_medium=cpc&utm_source=google', 'https://www.google.com/', 'paid'],
  ['/?utm_medium=paid-social', '', 'paid'],
  ['/?utm_medium=CPM', '', 'paid'],
  ['/?fbclid=1', 'https://l.facebook.com/', 'social'],
  ['/?fbclid=1', '', 'social'],
  ['/?utm_medium=social&utm_source=x', '', 'social'],
  ['/?utm_medium=email', 'https://mail.google.com/', 'email'],
  ['/?utm_medium=newsletter&utm_campaign=may', '', 'email'],
  ['/?utm_medium=organic', '', 'search'],
  ['/?utm_source=leaflet', '', 'campaign'],
  ['/?utm_source=partner&utm_medium=banner-x', 'https://partner.example/', 'campaign'],
  ['/?utm_source=leaflet', 'https://www.shop.example/', 'campaign'],
  ['/?utm_unknown=1&q=shoes', '', 'direct'],
  ['/?utm_source=', '', 'direct'],
])('%s from %s is %s', (address, referrer, expected) => {
  expect(classifySource(at(address, referrer))).toBe(expected)
})
