import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { startLedger } from './startLedger.mjs'

test('it hears what pages say, and tells whoever waits for a round', async () => {
  const ledger = await startLedger()
  const whenHeard = ledger.whenHeard(2, 60_000)
  const tell = (body) => fetch(`${ledger.url}durable`, { method: 'POST', body })
  await tell('1.0,1.1')
  await tell('2.0')
  await whenHeard
  expect([...ledger.entries]).toEqual(['1.0', '1.1', '2.0'])
  ledger.close()
})

test('closed while somebody still waits for a page, it keeps no command running', () => {
  const module = JSON.stringify(new URL('startLedger.mjs', import.meta.url).href)
  const code = `const ledger = await (await import(${module})).startLedger()
void ledger.whenHeard('1', 600_000).catch(() => {})
ledger.close()`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    timeout: 60_000,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
