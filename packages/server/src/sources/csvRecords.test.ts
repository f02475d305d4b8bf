import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvRecords, type CsvOptions, type CsvRecord } from './csvRecords.ts'

async function* toChunks(text: string, size = text.length || 1) {
  for (let at = 0; at < text.length; at += size) yield await Promise.resolve(text.slice(at, at + size))
}

async function read(text: string, options: CsvOptions = {}, size?: number): Promise<CsvRecord[]> {
  const records: CsvRecord[] = []
  for await (const record of csvRecords(toChunks(text, size), options)) records.push(record)
  return records
}

const cells = async (text: string, options?: CsvOptions) =>
  (await read(text, options)).map((record) => ('cells' in record ? record.cells : record.error))

const writeCell = (cell: string, delimiter: string) =>
  cell === '' || /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell

test.each([
  [
    'plain cells',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'no line end after the last',
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'CRLF',
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'CRLF cut short',
    'a,b\r\n1,2\r',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'empty cells',
    ',\n,x,\n',
    [
      ['', ''],
      ['', 'x', ''],
    ],
  ],
  ['a comma in quotes', '"a,b",c', [['a,b', 'c']]],
  ['a line end in quotes', '"a\r\nb\nc",d\n', [['a\r\nb\nc', 'd']]],
  ['quotes in quotes', '"say ""hello""","""",""', [['say "hello"', '"', '']]],
  ['white space is kept', ' a , b ', [[' a ', ' b ']]],
  ['empty lines', '\na\n\r\n\nb\n', [['a'], ['b']]],
  ['a quoted empty cell alone', 'a\n""\nb', [['a'], [''], ['b']]],
  ['nothing', '', []],
  ['a CR that ends no line', 'a\rb,c', [['a\rb', 'c']]],
])('%s', async (_name, text, expected) => {
  expect(await cells(text)).toEqual(expected)
})

test('another delimiter', async () => {
  expect(await cells('a;b,c;"d;e"', { delimiter: ';' })).toEqual([['a', 'b,c', 'd;e']])
  expect(await cells('a\tb', { delimiter: '\t' })).toEqual([['a', 'b']])
})

test('lines are those where records begin', async () => {
  const records = await read('a,b\n\n"x\ny",2\r\n3,4')
  expect(records.map(({ line, raw }) => [line, raw])).toEqual([
    [1, 'a,b'],
    [3, '"x\ny",2'],
    [5, '3,4'],
  ])
})

test.each([
  ['a quote inside of a cell', 'a,b"c\n1,2\n', 'a quote stands inside a cell'],
  ['text behind a closing quote', '"a"b,c\n1,2\n', 'text follows a closing quote'],
  ['a quote that is never closed', '"a,b\n1,2\n', 'a quote is not closed'],
])('%s costs its own line only', async (_name, text, error) => {
  const records = await read(text)
  expect(records[0]).toEqual({ line: 1, raw: text.split('\n')[0], error: expect.stringContaining(error) as string })
  expect(records[1]).toEqual({ line: 2, raw: '1,2', cells: ['1', '2'] })
  expect(records).toHaveLength(2)
})

test('an open quote holds no more than a record may have, and costs its own line only', async () => {
  const rows = Array.from({ length: 500 }, (_, at) => `row,${at}`)
  const records = await read(`"open,1\n${rows.join('\n')}`, { maxLength: 200 }, 64)
  expect(records[0]).toMatchObject({
    line: 1,
    raw: '"open,1',
    error: expect.stringContaining('longer than 200') as string,
  })
  expect(records.slice(1).map(({ raw }) => raw)).toEqual(rows)
})

test('a line that never ends is passed over, and the next is read', async () => {
  const records = await read(`a,b\n${'x'.repeat(5_000)}\n1,2\n`, { maxLength: 100 }, 50)
  expect(records).toEqual([
    { line: 1, raw: 'a,b', cells: ['a', 'b'] },
    { line: 2, raw: 'x'.repeat(100), error: expect.stringContaining('longer than 100') as string },
    { line: 3, raw: '1,2', cells: ['1', '2'] },
  ])
})

const delimiter = fc.constantFrom(',', ';', '\t')
const text = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', ';', '\t', '\n', '\r', 'é', '😀'), maxLength: 12 })

test('what was written is read, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
      delimiter,
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      async (rows, sign, lineEnd, isEnded, size) => {
        const lines = rows.map((row) => row.map((cell) => writeCell(cell, sign)).join(sign))
        const file = lines.join(lineEnd) + (isEnded && lines.length > 0 ? lineEnd : '')
        const records = await read(file, { delimiter: sign }, size)
        expect(records.map((record) => 'cells' in record && record.cells)).toEqual(rows)
        expect(records.map(({ raw }) => raw)).toEqual(lines)
      },
    ),
  )
})

test('whatever the text, how it is cut makes no difference, and no line is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', '\r'), maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      async (file, size) => {
        const records = await read(file)
        expect(await read(file, {}, size)).toEqual(records)
        // Each line that is not empty is part of a record that begins at it or before it.
        const covered = new Set(records.flatMap(({ line, raw }) => raw.split('\n').map((_part, index) => line + index)))
        const lines = file.split('\n').map((line, index) => [index + 1, line.replace(/\r$/, '')] as const)
        expect(lines.filter(([number, line]) => line !== '' && !covered.has(number))).toEqual([])
      },
    ),
  )
})
