import { expect, test } from 'vitest'
import { importRows, type ImportRow, type ImportRowsOptions } from './importRows.ts'

async function* toChunks(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 7) yield await Promise.resolve(bytes.subarray(at, at + 7))
}

async function read(file: string | Uint8Array, over: Partial<ImportRowsOptions> = {}): Promise<ImportRow[]> {
  const rows: ImportRow[] = []
  const chunks = toChunks(typeof file === 'string' ? Buffer.from(file) : file)
  const names = { visitorColumn: 'visitor', userColumn: 'user', columns: [] }
  for await (const row of importRows({ chunks, format: 'csv', ...names, ...over })) rows.push(row)
  return rows
}

const bodies = async (file: string, over?: Partial<ImportRowsOptions>) =>
  (await read(file, over)).map((row) => ('body' in row ? (JSON.parse(row.body) as unknown) : row.error))

test('cells become what their column says', async () => {
  const file =
    '\uFEFFvisitor,tier,spent:number,vip:boolean,likes:list,holdings,raw:json,zip\r\nv1,gold,12.50,Yes,a| b||c,card|loan,"{""a"":[1]}",01234\r\n'
  expect(await bodies(file)).toEqual([
    {
      visitor: 'v1',
      set: {
        tier: 'gold',
        spent: 12.5,
        vip: true,
        likes: ['a', 'b', 'c'],
        holdings: ['card', 'loan'],
        raw: { a: [1] },
        zip: '01234',
      },
    },
  ])
})

test('an empty cell leaves the attribute, or takes it away when that was asked for', async () => {
  const file = 'visitor,tier,spent:number,holdings\nv1,,5,\n'
  expect(await bodies(file)).toEqual([{ visitor: 'v1', set: { spent: 5 } }])
  expect(await bodies(file, { clearEmpty: true })).toEqual([
    { visitor: 'v1', set: { tier: null, spent: 5, holdings: [] } },
  ])
})

test('columns are renamed and chosen, so that no other leaves the file', async () => {
  const file = 'Customer No;E-Mail;Total spent\n u-1 ;ann@mail.example;7\n'
  const over = { userColumn: 'Customer No', columns: ['Total spent=spent:number'] }
  expect(await bodies(file, over)).toEqual([{ user: 'u-1', set: { spent: 7 } }])
})

test('with columns of both, the visitor counts where there is one', async () => {
  expect(await bodies('visitor\tuser\ttier\nv1\tu1\ta\n\tu2\tb\n\t\tc\n')).toEqual([
    { visitor: 'v1', set: { tier: 'a' } },
    { user: 'u2', set: { tier: 'b' } },
    expect.stringContaining('says nothing of whom it is about'),
  ])
})

test('each row that cannot be read says so, with its line and its text', async () => {
  const file = 'visitor,n:number\nv1,1,2\nv2,x\nv3,"a"b\n"v4\n"\nv5,5\n'
  expect(await read(file)).toEqual([
    { line: 2, raw: 'v1,1,2', error: expect.stringContaining('has 3 cells, the header has 2') as string },
    { line: 3, raw: 'v2,x', error: expect.stringContaining('n: expected a number') as string },
    { line: 4, raw: 'v3,"a"b', error: expect.stringContaining('closing quote') as string },
    { line: 5, raw: '"v4\n"', error: expect.stringContaining('has 1 cells') as string },
    { line: 7, raw: 'v5,5', body: '{"visitor":"v5","set":{"n":5}}' },
  ])
})

test('a row that is not UTF-8 is told, and the others are not touched', async () => {
  const rows = await read(
    Buffer.concat([Buffer.from('visitor,city\nv1,Z'), Buffer.from([0xfc]), Buffer.from('rich\nv2,Zürich\n')]),
  )
  expect(rows).toMatchObject([
    { error: expect.stringContaining('not UTF-8') as string },
    { body: '{"visitor":"v2","set":{"city":"Zürich"}}' },
  ])
})

test.each<[string, string | Uint8Array, Partial<ImportRowsOptions>, string]>([
  ['no id', 'email,tier\n', {}, 'no column says whom a row is about. The file has the columns "email", "tier"'],
  ['no attribute', 'visitor\n', {}, 'no column holds an attribute'],
  ['a name that cannot be', 'visitor,Total spent\n', {}, 'name it with --column "Total spent=itsName"'],
  [
    'a type that is none',
    'visitor,spent:int\n',
    {},
    '"int" is no type; use one of string, number, boolean, list, json',
  ],
  ['two of one name', 'visitor,a,a\n', {}, 'two columns are called "a"'],
  ['a column that is not there', 'visitor,a\n', { columns: ['b=c'] }, '--column b: there is none'],
  ['a column without a name', 'visitor,a\n', { columns: ['b'] }, 'expected "Column=attribute"'],
  ['two for one attribute', 'visitor,a,b\n', { columns: ['a=x', 'b=x'] }, 'two columns become the attribute "x"'],
  ['a broken header', 'visitor,a"b\n', {}, 'The header cannot be read'],
  ['an empty file', '', {}, 'The file is empty'],
  ['UTF-16', Buffer.from('\uFEFFvisitor', 'utf16le'), {}, 'UTF-16. Save it as UTF-8'],
  ['gzip', Buffer.from([0x1f, 0x8b, 8]), {}, 'The file is gzip'],
  ['a spreadsheet', Buffer.from('PK\u0003\u0004'), {}, 'a spreadsheet'],
])('%s is an error of the file, which says what to do', async (_name, file, over, message) => {
  await expect(read(file, over)).rejects.toThrow(message)
})

test('lines of JSON go as they are, or with their attributes beside the id', async () => {
  const file = [
    '{"visitor":"v1","set":{"tier":"gold"}}',
    '',
    '{"visitor":"v2","tier":"gold","spent":1}',
    '{"user":7,"tier":null}',
    '{broken',
    '[1]',
  ].join('\r\n')
  const rows = await read(file, { format: 'ndjson' })
  expect(rows).toEqual([
    { line: 1, raw: expect.any(String) as string, body: '{"visitor":"v1","set":{"tier":"gold"}}' },
    { line: 3, raw: expect.any(String) as string, body: '{"visitor":"v2","set":{"tier":"gold","spent":1}}' },
    { line: 4, raw: expect.any(String) as string, body: '{"user":"7","set":{"tier":null}}' },
    { line: 5, raw: '{broken', error: expect.stringContaining('not JSON') as string },
    { line: 6, raw: '[1]', error: expect.stringContaining('expected an object') as string },
  ])
  expect(
    await bodies('{"id":"v1","Total":"5","email":"x"}', {
      format: 'ndjson',
      visitorColumn: 'id',
      columns: ['Total=spent:number'],
    }),
  ).toEqual([{ visitor: 'v1', set: { spent: 5 } }])
})
