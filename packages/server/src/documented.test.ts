import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  DEFAULT_DEADLINE_MS,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
  MAX_ROTATION_CONTENTS,
  MAX_ROTATION_MS,
  MIN_ROTATION_MS,
} from '@unblink/protocol'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeSite } from '../test/startTestServer.ts'
import { runAudit } from './commands/runAudit.ts'
import { runCheck } from './commands/runCheck.ts'
import { runEvaluate } from './commands/runEvaluate.ts'
import { runExplain } from './commands/runExplain.ts'
import { runExport } from './commands/runExport.ts'
import { runImport } from './commands/runImport.ts'
import { runPreview } from './commands/runPreview.ts'
import { runQuality } from './commands/runQuality.ts'
import { runReplay } from './commands/runReplay.ts'
import { runReport } from './commands/runReport.ts'
import { runSnippet } from './commands/runSnippet.ts'
import { runTypes } from './commands/runTypes.ts'
import { runWebhooks } from './commands/runWebhooks.ts'
import { MAX_REPLY_BYTES } from './createReply.ts'
import { createServer } from './createServer.ts'
import { DEFAULT_PARTITIONS, DEFAULT_REPLICAS } from './scale/openScale.ts'
import { runAudit as runClusterAudit } from './scale/runAudit.ts'
import { runReplay as runClusterReplay } from './scale/runReplay.ts'
import { doesServe } from './scale/serveRole.ts'
import { siteSchema } from './site/schema/siteSchema.ts'

/** What the commands have asked `readFlags` for since the last look. */
const asked = vi.hoisted(() => new Set<string>())

// The real one, which also notes the names.
vi.mock('./commands/readFlags.ts', async (load) => {
  const { readFlags } = await load<typeof import('./commands/readFlags.ts')>()
  return {
    readFlags: (...given: Parameters<typeof readFlags>) => {
      for (const name of Object.keys(given[1])) asked.add(`--${name}`)
      return readFlags(...given)
    },
  }
})

const root = fileURLToPath(new URL('../../../', import.meta.url))

function readAll(folder: string, ending: string): Map<string, string> {
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  const files = names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
  const wanted = files.filter((file) => file.endsWith(ending) && !/\.test\.ts$|\/(api|decisions)\//.test(file))
  return new Map(wanted.map((file) => [file, readFileSync(root + file, 'utf8')]))
}

const docs = new Map([...readAll('docs', '.md'), ['README.md', readFileSync(`${root}README.md`, 'utf8')]])
const allDocs = [...docs.values()].join('\n')
const allCode = [...readAll('packages/server/src', '.ts').values()].join('\n')
const read = (name: string) => docs.get(`docs/${name}`)!
const findAll = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((found) => found[1]!))]

const COMMANDS: Readonly<Record<string, readonly ((args: string[]) => unknown)[]>> = {
  audit: [runAudit, runClusterAudit],
  check: [runCheck],
  evaluate: [runEvaluate],
  explain: [runExplain],
  export: [runExport],
  import: [runImport],
  preview: [runPreview],
  quality: [runQuality],
  replay: [runReplay, runClusterReplay],
  report: [runReport],
  serve: [runServe],
  snippet: [runSnippet],
  types: [runTypes],
  webhooks: [(args) => runWebhooks(['list', ...args])],
}

/** The program itself, since only it has this command. */
async function runServe(args: string[]): Promise<void> {
  const { argv } = process
  process.argv = [argv[0]!, 'unblink', 'serve', ...args]
  await import('./cli.ts')
  process.argv = argv
}

const options = new Map<string, readonly string[]>()
const helped = new Map<string, readonly string[]>()

/** The options that a help text lists: what stands at the beginning of its lines, and in its examples. */
const getListed = (help: string) => {
  const lines = help.split('\n').filter((line) => /^ {2}(--|unblink )/.test(line))
  return lines.flatMap(
    (line) =>
      line
        .trim()
        .split(/ {2,}/)[0]!
        .match(/--[a-z][a-z-]+/g) ?? [],
  )
}

let routes: readonly { readonly method: string; readonly pattern: RegExp; readonly name: string }[]

beforeAll(async () => {
  for (const [command, variants] of Object.entries(COMMANDS)) {
    asked.clear()
    let help = ''
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((help += String(text)), true))
    try {
      for (const run of variants) await run(['--help'])
    } finally {
      write.mockRestore()
    }
    options.set(command, [...asked].sort())
    helped.set(command, [...new Set(getListed(help))].sort())
  }
  const server = await createServer({ site: makeSite(), live: true, sdkDir: root })
  routes = server.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/:'))
    .map(({ method, path }) => ({
      method,
      pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`),
      name: `${method} ${path}`,
    }))
  await server.close()
})
afterAll(() => vi.restoreAllMocks())

test.each(Object.keys(COMMANDS))('unblink %s --help lists each of its options, and no other', (command) => {
  const known = options.get(command)!
  expect(known).toContain('--help')
  expect(helped.get(command)).toEqual(known)
})

test('unblink --help lists these commands', () => {
  const listed = findAll(readFileSync(`${root}packages/server/src/cli.ts`, 'utf8'), /^ {2}unblink ([a-z]+) /gm)
  expect(listed.sort()).toEqual(Object.keys(COMMANDS))
})

test('the documentation shows commands with options that they have', () => {
  const shown = [...allDocs.matchAll(/\bunblink ([a-z]+)\b((?:[^`\n\\]|\\\n)*)/g)].flatMap(([, command, rest]) =>
    options.has(command!)
      ? (rest!.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []).map((flag) => [command!, flag] as const)
      : [],
  )
  expect(shown.length).toBeGreaterThan(50)
  expect(shown.filter(([command, flag]) => !options.get(command)!.includes(flag))).toEqual([])
})

test('the documentation names every option of every command', () => {
  const named = new Set(allDocs.match(/(?<![\w-])--[a-z][a-z-]+/g))
  const missing = [...options].flatMap(([command, flags]) =>
    flags.filter((flag) => flag !== '--help' && !named.has(flag)).map((flag) => `${command} ${flag}`),
  )
  expect(missing).toEqual([])
})

const findRoutes = (text: string) =>
  findAll(text, /\b((?:GET|POST|PUT|DELETE|OPTIONS) \/(?:[\w/.-]|:[a-z]|<[a-z]+>)*)(?![\w/…])/g).map((found) => {
    const [method = '', path = ''] = found.split(' ')
    return { method, path: path.replace(/[.]$/, ''), found }
  })

test('docs/protocol.md has every route of the server', () => {
  const documented = findRoutes(read('protocol.md'))
  expect(routes.length).toBeGreaterThan(30)
  const missing = routes.filter(
    (route) => !documented.some(({ method, path }) => method === route.method && route.pattern.test(path)),
  )
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('docs/protocol.md says what the collectors of a cluster answer', () => {
  const [, line = ''] = /role `collector` answers[^\n]*\n([^\n]+)/.exec(read('protocol.md')) ?? []
  const listed = findAll(line, /`([^`]+)`/g)
  const paths = routes.map(({ name }) => name.split(' ')[1]!)
  const collected = paths.filter((path) => doesServe('collector', path) && !doesServe('api', path))
  const top = [...new Set(collected.map((path) => path.split('/').slice(0, 3).join('/')))]
  expect(top.sort()).toEqual(listed.sort())
})

test('the documentation names no route that the server does not have', () => {
  const isRoute = ({ method, path }: { method: string; path: string }) =>
    routes.some((route) => route.method === method && route.pattern.test(path))
  const unknown = findRoutes(allDocs).filter((one) => !isRoute(one))
  expect(unknown.map(({ found }) => found)).toEqual([])
})

test('docs/protocol.md has every code of a refusal', () => {
  const codes = [
    ...findAll(allCode, /\brefuse\(\s*c,\s*\d{3},\s*'(\w+)'/g),
    ...findAll(allCode, /\b(?:fail|invalid)\(\d{3}, '(\w+)'/g),
    ...findAll(allCode, /status: (?:429|503), code: '(\w+)'/g),
  ]
  expect(codes.length).toBeGreaterThan(25)
  expect(codes.filter((code) => !read('protocol.md').includes(`\`${code}\``))).toEqual([])
})

test('every metric is documented, and every one that is documented exists', () => {
  const names = findAll(allCode, /['"`](unblink_(?:[a-z\d_]|\$\{\w+\})+)['"`]/g)
  const documented = findAll(allDocs, /(?<![$\w])(unblink_[a-z\d_]*[a-z\d])(?![\w…])/g)
  expect(names.length).toBeGreaterThan(50)
  const patterns = names.map((name) => new RegExp(`^${name.replace(/\$\{\w+\}/g, '[a-z\\d]+')}(_bucket|_sum|_count)?$`))
  expect(names.filter((_, index) => !documented.some((name) => patterns[index]!.test(name)))).toEqual([])
  expect(documented.filter((name) => !patterns.some((pattern) => pattern.test(name)))).toEqual([])
})

test('every code of the log is documented, and the table of codes names no other', () => {
  const codes = [
    ...findAll(allCode, /level: '(?:info|warn|error)',?\s*(?:\}, *)?code: '([a-z_]+)'/g),
    ...findAll(allCode, /\boutcome = '([a-z]+_?[a-z]+)'/g),
  ]
  expect(codes.length).toBeGreaterThan(50)
  expect(codes.filter((code) => !allDocs.includes(`\`${code}\``))).toEqual([])
  const [, table = ''] = read('operations.md').split('\n## The log\n')
  const listed = table
    .split('\n## ')[0]!
    .split('\n')
    .flatMap((line) => findAll(line.split('|')[1] ?? '', /`([a-z_]+)`/g))
  expect(listed.length).toBeGreaterThan(15)
  expect(listed.filter((code) => !codes.includes(code))).toEqual([])
})

test('docs/site-config.md has every member of a site', () => {
  const members = Object.keys(siteSchema.shape)
  expect(members.length).toBeGreaterThan(20)
  expect(members.filter((name) => !read('site-config.md').includes(`\`${name}\``))).toEqual([])
})

test('docs/privacy.md has every name that anything is stored under', () => {
  const browser = ['browser', 'tracker', 'snippet'].flatMap((name) => [
    ...readAll(`packages/${name}/src`, '.ts').values(),
  ])
  const names = [
    ...findAll(browser.join('\n'), /\bconst (?:KEY|NAME) = '([\w.]+)'/g),
    ...findAll(allCode, /'(ub_[a-z]+)'/g),
  ]
  expect(names.sort()).toEqual(['ub_o', 'ub_v', 'unblink', 'unblink.device', 'unblink.redirect', 'unblink.session'])
  expect(names.filter((name) => !read('privacy.md').includes(name))).toEqual([])
})

/** As the sites that show Markdown make it of a heading. */
const toAnchor = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

test('every link of the documentation leads to a file and a heading that are there', () => {
  const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '')
  const broken = [...docs].flatMap(([file, text]) =>
    findAll(withoutCode(text), /\]\((?![a-z]+:)([^)\s]+)\)/g).filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : posix.join(posix.dirname(file), path)
      if (!existsSync(root + target)) return true
      if (anchor === undefined || !target.endsWith('.md')) return false
      const headings = findAll(withoutCode(readFileSync(root + target, 'utf8')), /^#+ (.*)$/gm)
      return !headings.some((heading) => toAnchor(heading) === anchor)
    }),
  )
  expect(broken).toEqual([])
})

const KIB = 1_024

test.each([
  ['operations.md', '| body,', `${MAX_BATCH_BYTES / KIB} KiB`],
  ['operations.md', '| events in a batch', String(MAX_BATCH_EVENTS)],
  ['operations.md', '| an event ', `${MAX_EVENT_BYTES / KIB} KiB`],
  ['protocol.md', '| `POST /v1/p`', `${MAX_REPLY_BYTES / KIB} KiB`],
  ['protocol.md', '| `POST /v1/e`', `${MAX_BATCH_BYTES / KIB} KiB`],
  ['timing.md', '| the first,', `${DEFAULT_DEADLINE_MS} ms`],
  ['rotation.md', 'everyMs:', `${MIN_ROTATION_MS} to ${MAX_ROTATION_MS}`],
  ['rotation.md', 'contents:', `1 to ${MAX_ROTATION_CONTENTS}`],
  ['scale.md', '| `--partitions', String(DEFAULT_PARTITIONS)],
  ['scale.md', '| `--replicas', String(DEFAULT_REPLICAS)],
])('docs/%s says of “%s” what the code does: %s', (file, begins, value) => {
  const line = read(file)
    .split('\n')
    .find((one) => one.trimStart().startsWith(begins))
  expect(line).toContain(value)
})
