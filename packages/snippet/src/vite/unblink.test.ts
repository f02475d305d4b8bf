import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollup, type Plugin as RollupPlugin } from 'rollup'
import { build, createServer, type Plugin as VitePlugin } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getBootConfig } from '../getBootConfig.ts'
import { renderHead } from '../renderHead.ts'
import { unblink } from './index.ts'

const options = getBootConfig({ keys: { browser: 'pk_test' }, slots: { hero: {} } })
const { snippetHtml: snippet, runtimeHtml, hash } = renderHead(options)
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Page</title>
  </head>
  <body><section data-unblink="hero">Default</section><script type="module" src="/main.js"></script></body>
</html>
`

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'unblink-vite-'))
  await writeFile(join(root, 'index.html'), PAGE)
  await writeFile(join(root, 'main.js'), 'document.title = "Main"\n')
})
afterAll(() => rm(root, { recursive: true }))

const quiet = { configFile: false as const, logLevel: 'silent' as const }

/** What comes of a page before its first script of any kind, without white space. */
const getTop = (page: string) => page.slice(0, page.indexOf('<script')).replace(/\s+/g, '')

test('a build has the block first in the head, once, and says the hash', async () => {
  const hashes: string[] = []
  const plugin: VitePlugin = unblink({ ...options, onHash: (one) => hashes.push(one) })
  await build({ ...quiet, root, plugins: [plugin] })
  const page = await readFile(join(root, 'dist/index.html'), 'utf8')
  expect(page.split(snippet)).toHaveLength(2)
  expect(page).toContain(`${runtimeHtml}\n</head>`)
  expect(getTop(page)).toBe('<!doctypehtml><htmllang="en"><head><metacharset="utf-8"/>')
  expect(page).toMatch(/src="\/assets\/index-[\w-]+\.js"/)
  expect(hashes).toEqual([hash])
})

test('a policy stands before the block in a build, with the hash in it', async () => {
  const csp = "script-src 'self' {hash}; object-src 'none'"
  await build({ ...quiet, root, plugins: [unblink({ ...options, csp })] })
  const page = await readFile(join(root, 'dist/index.html'), 'utf8')
  const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' ${hash}; object-src 'none'">`
  expect(page).toContain(`<meta charset="utf-8" />\n${policy}\n${snippet}`)
})

test('a policy without a place for the hash is refused', () => {
  expect(() => unblink({ ...options, csp: "script-src 'self'" })).toThrow('has no {hash}')
})

/** Answers every request with its own address and host. */
const startEcho = async (): Promise<Server> => {
  const echo = createHttpServer((request, response) => response.end(`${request.url} for ${request.headers.host}`))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  return echo
}

test('the development server has the block before its own scripts, and passes the path on', async () => {
  const echo = await startEcho()
  const server = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`
  const vite = await createServer({
    ...quiet,
    root,
    plugins: [unblink({ ...options, server, csp: "script-src 'self' {hash}" })],
    server: { port: 0, host: '127.0.0.1' },
  })
  await vite.listen()
  const address = `127.0.0.1:${(vite.httpServer!.address() as AddressInfo).port}`
  const page = await (await fetch(`http://${address}/`)).text()
  const passed = await (await fetch(`http://${address}/u/v1/p?key=1`)).text()
  await vite.close()
  echo.close()
  expect(page.indexOf(snippet)).toBeGreaterThan(0)
  expect(page.indexOf(snippet)).toBeLessThan(page.indexOf('/@vite/client'))
  expect(page).not.toContain('Content-Security-Policy')
  expect(passed).toBe(`/v1/p?key=1 for ${address}`)
})

test('Rollup puts the block into pages that another plugin emits', async () => {
  const pages: RollupPlugin = {
    name: 'pages',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'index.html', source: PAGE })
      this.emitFile({ type: 'asset', fileName: 'bytes.html', source: Buffer.from(PAGE) })
      this.emitFile({ type: 'asset', fileName: 'page.txt', source: PAGE })
    },
  }
  const plugin: RollupPlugin = unblink(options)
  const bundle = await rollup({ input: join(root, 'main.js'), plugins: [pages, plugin] })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  const sources = Object.fromEntries(output.map((file) => [file.fileName, file.type === 'asset' ? file.source : '']))
  expect(String(sources['index.html']).split(snippet)).toHaveLength(2)
  expect(String(sources['bytes.html']).split(snippet)).toHaveLength(2)
  expect(sources['page.txt']).toBe(PAGE)
})
