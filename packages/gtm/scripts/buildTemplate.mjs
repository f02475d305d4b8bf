import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const usage = `Usage: node packages/gtm/scripts/buildTemplate.mjs

Writes packages/gtm/template.tpl, the file that is imported into Google Tag Manager, from the sources in packages/gtm/template.`

const FOLDER = new URL('../template/', import.meta.url)
const TARGET = new URL('../template.tpl', import.meta.url)

const read = (name) => readFileSync(new URL(name, FOLDER), 'utf8').trim()
const readJson = (name) => JSON.parse(read(name))

/** A value in the form that permissions have in a template: 1 is a string, 2 a list, 3 a map, 8 a truth value. */
function toValue(value) {
  if (typeof value === 'string') return { type: 1, string: value }
  if (typeof value === 'boolean') return { type: 8, boolean: value }
  if (Array.isArray(value)) return { type: 2, listItem: value.map(toValue) }
  return { type: 3, mapKey: Object.keys(value).map(toValue), mapValue: Object.values(value).map(toValue) }
}

const toPermission = ([publicId, params]) => ({
  instance: {
    key: { publicId, versionId: '1' },
    param: Object.entries(params).map(([key, value]) => ({ key, value: toValue(value) })),
  },
  clientAnnotations: { isEditedByUser: true },
  isRequired: true,
})

const indent = (text, by) => text.replace(/^(?=.)/gm, by)
const quote = (text) => `'${text.replaceAll("'", "''")}'`

/** A test's first line is its name, as a comment. */
function toScenario(text) {
  const [first = '', ...lines] = text.split('\n')
  const name = first.replace(/^\/\/ */, '')
  return `- name: ${quote(name)}\n  code: |-\n${indent(lines.join('\n').trim(), '    ')}`
}

/** The text of the template, made of its sources. */
export function renderTemplate() {
  const tests = readdirSync(new URL('tests/', FOLDER)).sort()
  const parts = {
    INFO: JSON.stringify(readJson('info.json'), null, 2),
    TEMPLATE_PARAMETERS: JSON.stringify(readJson('fields.json'), null, 2),
    SANDBOXED_JS_FOR_WEB_TEMPLATE: read('code.sandboxed'),
    WEB_PERMISSIONS: JSON.stringify(Object.entries(readJson('permissions.json')).map(toPermission), null, 2),
    TESTS: `scenarios:\n${tests.map((name) => toScenario(read(`tests/${name}`))).join('\n')}\nsetup: |-\n${indent(read('setup.sandboxed'), '  ')}`,
    NOTES: read('notes.md'),
  }
  return Object.entries(parts)
    .map(([name, text]) => `___${name}___\n\n${text}\n`)
    .join('\n\n')
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  if (process.argv.includes('--help')) console.log(usage)
  else writeFileSync(TARGET, renderTemplate())
}
