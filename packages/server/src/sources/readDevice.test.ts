import { expect, test } from 'vitest'
import { readDevice, type DeviceFacts } from './readDevice.ts'

const read = (headers: Readonly<Record<string, string>>) => readDevice((name) => headers[name])

const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)'

test.each<[string, DeviceFacts]>([
  [`(Windows NT 10.0; Win64; x64) ${BLINK} Chrome/124.0.0.0 Safari/537.36`, { type: 'desktop', os: 'windows', browser: 'chrome', version: 124 }],
  [`(Windows NT 10.0; Win64; x64) ${BLINK} Chrome/124.0.0.0 Safari/537.36 Edg/124.0.2478.51`, { type: 'desktop', os: 'windows', browser: 'edge', version: 124 }],
  [`(Windows NT 10.0; Win64; x64) ${BLINK} Chrome/123.0.0.0 Safari/537.36 OPR/109.0.0.0`, { type: 'desktop', os: 'windows', browser: 'opera', version: 109 }],
  [`(X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0`, { type: 'desktop', os: 'linux', browser: 'firefox', version: 153 }],
  [`(X11; CrOS x86_64 14541.0.0) ${BLINK} Chrome/124.0.0.0 Safari/537.36`, { type: 'desktop', os: 'chromeos', browser: 'chrome', version: 124 }],
  [`(Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/17.4.1 Safari/605.1.15`, { type: 'desktop', os: 'macos', browser: 'safari', version: 17 }],
  [`(iPhone; CPU iPhone OS 17_4_1 like Mac OS X) ${WEBKIT} Version/17.4.1 Mobile/15E148 Safari/604.1`, { type: 'mobile', os: 'ios', browser: 'safari', version: 17 }],
  [`(iPhone; CPU iPhone OS 17_4 like Mac OS X) ${WEBKIT} CriOS/124.0.6367.68 Mobile/15E148 Safari/604.1`, { type: 'mobile', os: 'ios', browser: 'chrome', version: 124 }],
  [`(iPad; CPU OS 12_5 like Mac OS X) ${WEBKIT} Version/12.1.2 Mobile/15E148 Safari/604.1`, { type: 'tablet', os: 'ios', browser: 'safari', version: 12 }],
  [`(Linux; Android 10; K) ${BLINK} Chrome/124.0.0.0 Mobile Safari/537.36`, { type: 'mobile', os: 'android', browser: 'chrome', version: 124 }],
  [`(Linux; Android 10; K) ${BLINK} Chrome/124.0.0.0 Safari/537.36`, { type: 'tablet', os: 'android', browser: 'chrome', version: 124 }],
  [`(Linux; Android 14; SM-S918B) ${BLINK} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`, { type: 'mobile', os: 'android', browser: 'samsung', version: 25 }],
  [`(Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0`, { type: 'mobile', os: 'android', browser: 'firefox', version: 125 }],
  [`(Web0S; Linux/SmartTV) ${BLINK} Chrome/94.0.4606.128 Safari/537.36`, { type: 'tv', os: 'linux', browser: 'chrome', version: 94 }],
  [`nothing that anybody knows`, { type: 'desktop', os: 'other', browser: 'other' }],
])('User-Agent %s', (agent, expected) => {
  expect(read({ 'user-agent': `Mozilla/5.0 ${agent}` })).toEqual(expected)
}) // prettier-ignore

test.each<[string, string, string, DeviceFacts]>([
  ['"Google Chrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141"', '?0', '"macOS"', { type: 'desktop', os: 'macos', browser: 'chrome', version: 141 }],
  ['"Chromium";v="140", "Not=A?Brand";v="24", "Microsoft Edge";v="140"', '?0', '"Windows"', { type: 'desktop', os: 'windows', browser: 'edge', version: 140 }],
  ['"Chromium";v="141", "Brave";v="141"', '?1', '"Android"', { type: 'mobile', os: 'android', browser: 'brave', version: 141 }],
  ['"Not A(Brand\\";v=9";v="8", "Chromium";v="132"', '?0', '"Chrome OS"', { type: 'desktop', os: 'chromeos', browser: 'chromium', version: 132 }],
  ['', '?0', '"Android"', { type: 'tablet', os: 'android', browser: 'chrome', version: 124 }],
])('client hints win over a User-Agent that is the same for all: %s', (brands, isMobile, platform, expected) => {
  const headers = {
    'user-agent': `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/124.0.0.0 Mobile Safari/537.36`,
    'sec-ch-ua': brands,
    'sec-ch-ua-mobile': isMobile,
    'sec-ch-ua-platform': platform,
  }
  expect(read(headers)).toEqual(expected)
}) // prettier-ignore

test('who says nothing has no device', () => {
  expect(read({})).toBeUndefined()
})
