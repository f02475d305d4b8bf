import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getUrl, runCli, startCli } from '../../test/startCli.ts'
import { siteInput } from '../../test/startTestServer.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-snippet-'))
  await writeFile(join(folder, 'unblink.config.json'), JSON.stringify(siteInput))
  await mkdir(join(folder, 'sdk'))
  await writeFile(join(folder, 'sdk/unblink.js'), 'runtime')
  await mkdir(join(folder, 'public'))
  await writeFile(join(folder, 'public/index.html'), '<h1>Home</h1>')
  await writeFile(join(folder, 'public/loans.html'), '<h1>Loans</h1>')
})
afterAll(() => rm(folder, { recursive: true }))

const hashOf = (algorithm: string, text: string) =>
  `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`

test('snippet prints the block, and what a policy has to allow beside it', async () => {
  const { code, out, err } = await runCli(['snippet', '--sdk', 'sdk'], folder)
  expect(code).toBe(0)
  const [, script = '', tag] = /^<script>([^]*)<\/script>\n(<script.*)\n$/.exec(out) ?? []
  expect(script).toContain('"key":"bank-page"')
  expect(script).toContain('sendBeacon')
  expect(tag).toMatch(/^<script async src="\/u\/unblink\.js\?[\w-]{10}" fetchpriority="low" integrity="/)
  expect(tag).toContain(` integrity="${hashOf('sha384', 'runtime')}"></script>`)
  expect(err).toContain(`script-src 'self' '${hashOf('sha256', script)}'; connect-src 'self'`)
})

test('snippet --no-early-clicks prints less, and the hash of that', async () => {
  const { out } = await runCli(['snippet', '--floating', '--json', '--no-early-clicks'], folder)
  const { script = '', hash } = JSON.parse(out) as { script?: string; hash: string }
  expect(script).toContain('"key":"bank-page"')
  expect(script).not.toContain('sendBeacon')
  expect(hash).toBe(`'${hashOf('sha256', script)}'`)
})

test('snippet --external prints one tag; --pinned names a file that pins all that runs', async () => {
  const plain = await runCli(['snippet', '--external', '--base', 'https://u.bank.example/'], folder)
  expect(plain.out).toBe('<script src="https://u.bank.example/unblink-head.js"></script>\n')
  expect(plain.err).toContain("script-src 'self' https://u.bank.example; connect-src 'self' https://u.bank.example")
  const pinned = await runCli(['snippet', '--external', '--pinned', '--sdk', 'sdk', '--json'], folder)
  const { html, integrity } = JSON.parse(pinned.out) as { html: string; integrity: string }
  expect(html).toMatch(/^<script src="\/u\/unblink-head\.[0-9a-f]{16}\.js" integrity="/)
  expect(html).toContain(integrity)
})

test.each([
  [['--base', 'u'], 2, '--base u: expected a path like /u'],
  [['--pinned'], 2, '--pinned is for --external'],
  [['--external', '--pinned', '--floating'], 2, 'opposites'],
  [['--sdk', 'nowhere'], 1, 'There is no unblink.js in nowhere. Install it with npm install @unblink/browser'],
])('snippet with %j says what would be right', async (args, code, message) => {
  const ended = await runCli(['snippet', ...args], folder)
  expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' })
  expect(ended.err).toContain(message)
})

test('serve --pages serves a folder, with Unblink under /u', async () => {
  const args = ['serve', '--config', 'unblink.config.json', '--port', '0', '--sdk', 'sdk', '--pages', 'public']
  const running = startCli(args, folder)
  const url = await getUrl(running)
  const read = async (path: string) => {
    const response = await fetch(url + path)
    return `${response.status} ${await response.text()}`
  }
  expect(await read('/')).toBe('200 <h1>Home</h1>')
  expect(await read('/loans')).toBe('200 <h1>Loans</h1>')
  expect(await read('/u/unblink.js')).toBe('200 runtime')
  expect(await read('/u/unblink-head.js')).toContain('bank-page')
  expect(await read('/%2e%2e/unblink.config.json')).toMatch(/^404/)
  running.child.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ code: 0 })
})

test.each([
  ['.', '--pages .: it holds unblink.config.json, and all that is in it becomes public.'],
  ['nowhere', '--pages nowhere: there is no such folder.'],
])('serve --pages %s is refused before anything is opened', async (pages, message) => {
  const { code, err } = await runCli(['serve', '--config', 'unblink.config.json', '--pages', pages], folder)
  expect(code).toBe(2)
  expect(err).toContain(message)
})
