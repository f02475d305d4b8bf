import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { getBootConfig } from './getBootConfig.ts'
import { getIntegrity } from './getIntegrity.ts'
import { renderHeadScript } from './renderHeadScript.ts'

const config = getBootConfig({ keys: { browser: 'pk_</script>' }, slots: { hero: { deadlineMs: 300 } } })

test('the file is a program, and is the same for the same site', () => {
  const text = renderHeadScript(config)
  expect(() => new Script(text)).not.toThrow()
  expect(renderHeadScript(structuredClone(config))).toBe(text)
})

test('it holds the configuration, which cannot end a script element, and the runtime with its integrity', () => {
  const integrity = getIntegrity('x')
  const text = renderHeadScript(config, integrity)
  expect(text).toContain('"key":"pk_\\u003c/script>"')
  expect(text).toContain('"hero":{"deadlineMs":300}')
  expect(text).toContain(`"integrity":"${integrity}"`)
  expect(text).not.toContain('__CONFIG__')
})
