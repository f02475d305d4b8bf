import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { bootSource } from './bootSource.ts'
import { getBootConfig } from './getBootConfig.ts'
import { renderHeadScript } from './renderHeadScript.ts'
import { renderSnippet } from './renderSnippet.ts'
import { toBootCode } from './toBootCode.ts'

const site = { keys: { browser: 'pk_test' }, slots: { hero: {} } }

/** The pattern that the snippet holds against the page's cookies. */
const readMark = (code: string) => new RegExp(/\/(unblink.*?)\/\.test/.exec(code)![1]!)

test.each([
  [undefined, 'unblink=0af3', true],
  [undefined, 'a=b', false],
  ['0af3', 'a=b; unblink=0af3; c=d', true],
  ['0af3', 'unblink=1', true],
  ['0af3', 'unblink=0af', false],
  ['0af3', 'unblink=0af33', false],
  ['0af3', 'unblink=1af3', false],
  ['0af3', 'unblink=undefined', false],
])('rendered for manifest %j, with the cookies %j, memory is looked at: %s', (manifest, cookies, isLookedAt) => {
  const code = toBootCode(manifest === undefined ? {} : { manifest })
  expect(readMark(code).test(cookies)).toBe(isLookedAt)
})

test('the snippet and the external tag are tied, and still programs; without a manifest, not a byte is another', () => {
  const tied = getBootConfig(site, { manifest: '0af3' })
  for (const code of [renderSnippet(tied).script, renderHeadScript(tied)]) {
    expect(readMark(code).source).toContain('0af3')
    expect(() => new Script(code)).not.toThrow()
  }
  expect(toBootCode({})).toBe(bootSource)
})

test.each(['', 'a b', 'a)/', '\n'])('%j is no version', (manifest) => {
  expect(() => renderSnippet(getBootConfig(site, { manifest }))).toThrow('expected the version of a manifest')
})
