import { expect, test } from 'vitest'
import { formatTable } from './formatTable.mjs'

test('figures stand under each other by their last digit', () => {
  const table = formatTable(
    ['what', '>bytes'],
    [
      ['snippet', 5],
      ['a', 12345],
    ],
  )
  expect(table.split('\n')).toEqual(['what     bytes', '-------  -----', 'snippet      5', 'a        12345'])
})
