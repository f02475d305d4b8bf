import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { earlySource } from './bootSource.ts'
import { getBootConfig } from './getBootConfig.ts'
import { renderHeadScript } from './renderHeadScript.ts'
import { renderSnippet } from './renderSnippet.ts'

const site = { keys: { browser: 'pk_test' }, slots: { hero: {} } }
const config = getBootConfig(site)

test('with earlyClicks: false the snippet is the snippet alone', () => {
  const { script } = renderSnippet({ ...config, earlyClicks: false })
  expect(script).toContain('"key":"pk_test"')
  expect(script).not.toContain('sendBeacon')
})

test('otherwise their text follows the same snippet, in one script that has one hash', () => {
  const { script, hash } = renderSnippet(config)
  expect(script).toBe(`${renderSnippet(getBootConfig(site, { earlyClicks: false })).script}\n${earlySource}`)
  expect(hash).toBe(`'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  expect(() => new Script(script)).not.toThrow()
})

test('no engine that runs the snippet stumbles over it', () => {
  // One token that an engine cannot read would keep all of the script from running.
  expect(earlySource).not.toMatch(/\?\?|\?\.|\d+n\b|\.\.\.\w+[,}]|catch\{/)
  expect(earlySource).not.toContain('</')
})

test('the external tag has it always', () => {
  expect(renderHeadScript(config)).toContain(earlySource)
})
