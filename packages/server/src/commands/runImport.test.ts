import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { runCli } from '../../test/startCli.ts'
import { SERVER_KEY, startTestServer, type TestServer } from '../../test/startTestServer.ts'
import { runImport } from './runImport.ts'

const toVisitor = (number: number) => `b6e5c3de-6f0e-4c7b-9a53-${String(number).padStart(12, '0')}`

let folder = ''
let server: TestServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-import-'))
  server = await startTestServer()
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})
beforeEach(() => vi.stubEnv('UNBLINK_KEY', SERVER_KEY))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const write = async (name: string, content: string | Uint8Array) => {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

/** In this process, with what it prints. */
async function run(...args: string[]) {
  const printed = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed.out += text.toString())))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((printed.err += text.toString())))
  const code = await runImport(['--url', server.url, ...args]).finally(() => vi.restoreAllMocks())
  return { code, ...printed }
}

test('a CSV file is imported; rows that cannot be are in a file for their owner only, with line, reason and text', async () => {
  const rows = Array.from({ length: 4_500 }, (_, n) => `${toVisitor(n)},tier ${n % 3},${n}.5,"two\nlines"`)
  rows[10] = 'nobody,gold,1,x'
  rows[4_000] = `${toVisitor(4_000)},gold,much,x`
  const file = await write('customers.csv', `visitor,tier,spent:number,note\n${rows.join('\n')}\n`)
  const config = await write(
    'site.json',
    JSON.stringify({ id: 'bank', keys: { browser: 'b', server: SERVER_KEY }, slots: {} }),
  )
  // As a user runs it.
  const { code, out, err } = await runCli(['import', file, '--url', server.url, '--config', config])
  expect(out).toMatch(/^4 500 rows in [\d.]+ s \([\d ]+\/s\): 4 498 set, 0 were so already, 2 rejected\.\n/)
  expect(out).toContain(`${file}.rejects.ndjson. It holds personal data`)
  expect({ code, err: err.replace(/^[\d ]+ rows, .*\n/gm, '') }).toEqual({ code: 1, err: '' })
  expect(server.unblink.readProfile(toVisitor(4_499))?.custom).toEqual({
    tier: 'tier 2',
    spent: 4_499.5,
    note: 'two\nlines',
  })
  const rejects = (await readFile(`${file}.rejects.ndjson`, 'utf8')).trim().split('\n')
  expect(rejects.map((line) => JSON.parse(line) as unknown)).toEqual([
    { line: 22, code: 'schema', reason: expect.stringContaining('UUIDv4') as string, row: 'nobody,gold,1,x' },
    {
      line: 8_001,
      code: 'row',
      reason: expect.stringContaining('spent: expected a number') as string,
      row: rows[4_000],
    },
  ])
  expect((await stat(`${file}.rejects.ndjson`)).mode & 0o777).toBe(0o600)
})

test('repeated, everything is so already; mended, it ends with 0 and leaves no rejects', async () => {
  const good = `{"visitor":"${toVisitor(9_001)}","set":{"tier":"gold"}}\n`
  const file = await write('a.ndjson', `${good}{"visitor":"x"}\n`)
  expect(await run(file)).toMatchObject({
    code: 1,
    out: expect.stringContaining('1 set, 0 were so already, 1 rejected') as string,
  })
  await write('a.ndjson', good)
  expect(await run(file)).toMatchObject({
    code: 0,
    out: expect.stringContaining('0 set, 1 were so already, 0 rejected') as string,
  })
  await expect(stat(`${file}.rejects.ndjson`)).rejects.toThrow('ENOENT')
})

test('packed files, other columns, a dry run and a line to begin with', async () => {
  const text = `Id;Level;Mail\n${toVisitor(9_002)};gold;a@b.example\n${toVisitor(9_003)};silver;c@d.example\n`
  const file = await write('b.csv.gz', gzipSync(text))
  const args = [file, '--visitor-column', 'Id', '--column', 'Level=tier']
  expect(await run(...args, '--dry-run')).toMatchObject({
    code: 0,
    out: expect.stringContaining('2 would be set') as string,
  })
  expect(server.unblink.readProfile(toVisitor(9_003))).toBeUndefined()
  expect(await run(...args, '--from-line', '3')).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 rows') as string,
  })
  expect(server.unblink.readProfile(toVisitor(9_002))).toBeUndefined()
  expect(server.unblink.readProfile(toVisitor(9_003))?.custom).toEqual({ tier: 'silver' })
})

test('a file of another kind is given up before all of it is rejected', async () => {
  const rows = Array.from({ length: 9_000 }, (_, n) => `customer-${n},gold`)
  const file = await write('wrong.csv', `visitor,tier\n${rows.join('\n')}\n`)
  const { code, out, err } = await run(file)
  expect(code).toBe(1)
  expect(err).toContain('None of the first 2 000 rows was taken. Look at the reasons')
  expect(out).not.toContain('9 000 rejected')
})

test('without a server or with a wrong key nothing is tried for long, and it says how to go on', async () => {
  const file = await write('c.csv', `visitor,tier\n${toVisitor(1)},gold\n`)
  vi.stubEnv('UNBLINK_KEY', 'a-key-of-another-site')
  const wrong = await run(file)
  expect(wrong).toMatchObject({
    code: 1,
    err: expect.stringContaining('keys.servers with the scope "attributes"') as string,
  })
  expect(wrong.err).toContain('Go on with --from-line 1, or begin anew')
  expect(wrong.err).not.toContain('a-key-of-another-site')
})

test.each<[string, string[], string]>([
  ['no file', [], 'Say what to import'],
  ['a file that is not there', ['none.csv'], 'There is no none.csv'],
  ['a kind that cannot be told', [import.meta.filename], 'Add --format csv or --format ndjson'],
  ['a format that is none', ['x.csv', '--format', 'xml'], '--format xml: expected csv or ndjson'],
  ['an address that is none', ['x.csv', '--url', 'localhost'], '--url localhost: expected an address'],
  ['a line that is none', ['x.csv', '--from-line', '0'], '--from-line 0: expected the number of a line'],
  ['rejects over the file', ['x.csv', '--rejects', './x.csv'], '--rejects names the file that is imported'],
  ['a delimiter of two signs', ['x.csv', '--delimiter', '||'], '--delimiter: expected one sign'],
])('%s is told at once', async (_name, args, message) => {
  await expect(runImport(args)).rejects.toThrow(message)
})

test('without a key it says where to put one', async () => {
  vi.stubEnv('UNBLINK_KEY', '')
  const file = await write('d.csv', 'visitor,tier\n')
  await expect(runImport([file])).rejects.toThrow('environment variable UNBLINK_KEY')
})
