import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../test/startCli.ts'
import { makeSite } from '../../test/startTestServer.ts'
import { renderTypes } from './renderTypes.ts'

const PROTOCOL = fileURLToPath(new URL('../../../protocol/src/index.ts', import.meta.url))

const site = makeSite({
  slots: { 'home.hero': { defer: true }, 'home.side': {} },
  goals: { apply: {}, 'call-back': {} },
  experiences: [
    {
      id: 'offer',
      slot: 'home.hero',
      kind: 'personalization',
      variants: [
        { id: 'a', content: { component: 'Offer', props: { title: 'Hello {{name}}', rate: 4.2, tags: ['new'] } } },
        { id: 'b', content: { component: 'Offer', props: { title: 'B', link: { href: '/b' }, tags: [] } } },
        { id: 'c', content: { component: 'Tip' } },
        { id: 'd', content: { text: 'D', more: [{ action: 'countdown', props: { minutes: 5 } }] } },
        { id: 'e', content: { action: 'countdown', props: { minutes: 5, label: 'Left' } } },
      ],
    },
  ],
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-types-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What the compiler says of one file beside the declarations: `line: message`. */
async function compile(source: string, declarations?: string): Promise<string[]> {
  const files = { 'main.ts': source, ...(declarations === undefined ? {} : { 'unblink.d.ts': declarations }) }
  await rm(join(folder, 'unblink.d.ts'), { force: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const program = ts.createProgram(
    Object.keys(files).map((name) => join(folder, name)),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts'],
      types: [],
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      paths: { '@unblink/protocol': [PROTOCOL] },
    },
  )
  const main = program.getSourceFile(join(folder, 'main.ts'))!
  const problems = [
    ...program.getGlobalDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getSemanticDiagnostics(),
  ]
  return problems.map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ')
    return file === main ? `${main.getLineAndCharacterOfPosition(start).line + 1}: ${message}` : message
  })
}

const USE = `import type { ActionName, ActionProps, ComponentProps, GoalName, SlotName } from '@unblink/protocol'
`

test('what the site has compiles', async () => {
  const good = `${USE}
export const slots: SlotName[] = ['home.hero', 'home.side']
export const goal: GoalName = 'call-back'
export const offer: ComponentProps<'Offer'> = { title: 'any text', tags: ['x'], link: { href: '/' } }
export const readTitle = ({ title, rate = 0 }: ComponentProps<'Offer'>) => title.toUpperCase() + rate.toFixed(2)
export const tip: ComponentProps<'Tip'> = {}
export const action: ActionName = 'countdown'
export const count = ({ minutes, label }: ActionProps<'countdown'>) => minutes.toFixed() + label?.trim()
`
  expect(await compile(good, renderTypes(site, 'unblink.config.ts'))).toEqual([])
})

test('what the site does not have does not compile', async () => {
  const bad = `${USE}
export const slot: SlotName = 'home.hreo'
export const goal: GoalName = 'aply'
export const missing: ComponentProps<'Offer'> = { tags: [] }
export const readRate = ({ rate }: ComponentProps<'Offer'>) => rate.toFixed(2)
export const other: ComponentProps<'Ofer'> = {}
export const much: ComponentProps<'Tip'> = { title: 'x' }
export const action: ActionName = 'countdwon'
export const readLabel = ({ label }: ActionProps<'countdown'>) => label.trim()
`
  const problems = await compile(bad, renderTypes(site, 'unblink.config.ts'))
  expect(problems.map((problem) => problem.split(':')[0])).toEqual(['3', '4', '5', '6', '7', '8', '9', '10'])
  expect(problems[0]).toContain('"home.hreo"')
})

test('without declarations every name is any text', async () => {
  const free = `${USE}
export const slot: SlotName = 'anything'
export const goal: GoalName = 'anything'
export const props: ComponentProps<'Anything'> = { a: [1, 'b'] }
export const given: ActionProps<'anything'> = props
`
  expect(await compile(free)).toEqual([])
})

test('unblink types writes the file, and --check tells when the config has moved on', async () => {
  const config = join(folder, 'unblink.config.json')
  const write = (slots: object) =>
    writeFile(config, JSON.stringify({ id: 'bank', keys: { browser: 'k' }, slots, experiences: [] }))
  await write({ hero: {} })
  const out = join(folder, 'types.d.ts')
  expect(await runCli(['types', '--config', config, '--out', out])).toMatchObject({ code: 0, err: '' })
  expect(await runCli(['types', '--config', config, '--out', out, '--check'])).toMatchObject({ code: 0 })
  await write({ hero: {}, side: {} })
  const { code, err } = await runCli(['types', '--config', config, '--out', out, '--check'])
  expect(code).toBe(1)
  expect(err).toContain('is out of date. Write it: unblink types')
})
