import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { createEncoder } from './createEncoder.ts'
import { parseSelection } from './parseSelection.ts'

test('an empty export is a whole file', async () => {
  const encoder = createEncoder('exposures', 'parquet', 10)
  const file = Uint8Array.from([...encoder.push([]), ...encoder.end()]).buffer
  expect(await parquetReadObjects({ file })).toEqual([])
})

test('a moment has an offset, so that no machine reads it otherwise', () => {
  expect(parseSelection({ dataset: 'events', from: '2030-01-31T09:00:00' }).ok).toBe(false)
  expect(parseSelection({ dataset: 'events', from: '2030-01-31', to: '2030-01-31T00:00:00+01:00' }).ok).toBe(false)
  expect(parseSelection({ dataset: 'events', from: '2030-01-31', to: '2030-02-01' })).toMatchObject({
    value: { selection: { from: Date.UTC(2030, 0, 31), to: Date.UTC(2030, 1, 1) }, format: 'ndjson' },
  })
})
