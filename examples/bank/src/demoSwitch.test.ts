import { expect, test } from 'vitest'
import { parseDemoSwitch, toCookie, withQuery } from './demoSwitch.ts'

test.each([
  ['', '', { profile: 'normal', unblink: 'on' }, ''],
  ['', 'profile=slow', { profile: 'slow', unblink: 'on' }, 'profile=slow'],
  ['profile=slow', 'unblink=off', { profile: 'slow', unblink: 'off' }, 'profile=slow&unblink=off'],
  ['profile=slow&unblink=off', 'profile=normal', { profile: 'normal', unblink: 'off' }, 'unblink=off'],
  ['profile=dead', 'utm_source=x', { profile: 'dead', unblink: 'on' }, 'profile=dead'],
  ['profile=slow', 'profile=warp', { profile: 'slow', unblink: 'on' }, 'profile=slow'],
  ['profile=toString&unblink=1', '', { profile: 'normal', unblink: 'on' }, ''],
])('cookie "%s" with ?%s', (cookie, query, expected, stored) => {
  const demo = withQuery(parseDemoSwitch(cookie), new URLSearchParams(query))
  expect(demo).toEqual(expected)
  expect(toCookie(demo)).toBe(stored)
})
