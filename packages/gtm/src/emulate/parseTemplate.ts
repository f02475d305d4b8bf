import { SandboxError } from './syntax.ts'

/** One permission as a `.tpl` declares it, read out of Google's nested form. */
export interface Permission {
  readonly id: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface Scenario {
  readonly name: string
  readonly code: string
}

/** A custom template, taken apart. */
export interface Template {
  readonly info: Readonly<Record<string, unknown>>
  readonly fields: readonly Readonly<Record<string, unknown>>[]
  readonly code: string
  readonly permissions: readonly Permission[]
  readonly tests: { readonly setup: string; readonly scenarios: readonly Scenario[] }
  readonly notes: string
}

/** A value in the permissions' form: 1 is a string, 2 a list, 3 a map, 8 a truth value. */
interface Value {
  readonly type: number
  readonly string?: string
  readonly boolean?: boolean
  readonly listItem?: readonly Value[]
  readonly mapKey?: readonly Value[]
  readonly mapValue?: readonly Value[]
}

function readValue({ type, string, boolean, listItem = [], mapKey = [], mapValue = [] }: Value): unknown {
  if (type === 1) return string
  if (type === 8) return boolean
  if (type === 2) return listItem.map(readValue)
  if (type === 3) return Object.fromEntries(mapKey.map((key, index) => [readValue(key), readValue(mapValue[index]!)]))
  throw new SandboxError(`a permission has a value of type ${type}; known are 1, 2, 3 and 8`)
}

interface RawPermission {
  readonly instance: {
    readonly key: { readonly publicId: string }
    readonly param: readonly { readonly key: string; readonly value: Value }[]
  }
}

const readPermission = ({ instance }: RawPermission): Permission => ({
  id: instance.key.publicId,
  params: Object.fromEntries(instance.param.map(({ key, value }) => [key, readValue(value)])),
})

/** The tests' YAML, as far as the template editor writes it: names, and code in block scalars. */
function readTests(text: string): Template['tests'] {
  const readBlock = (indented: string) => indented.replace(/^ {4}/gm, '').trim()
  const [list = '', setup = ''] = text.split(/^setup: \|-?\n/m)
  const scenarios = list
    .split(/^- name: /m)
    .slice(1)
    .map((part) => {
      const [, name = '', code = ''] = /^(.*)\n {2}code: \|-\n([\s\S]*)$/.exec(part) ?? []
      if (!name) throw new SandboxError(`a test cannot be read: ${part.slice(0, 60)}`)
      return { name: name.replace(/^'(.*)'$/, '$1').replaceAll("''", "'"), code: readBlock(code) }
    })
  return { setup: setup.replace(/^ {2}/gm, '').trim(), scenarios }
}

/** Takes a `.tpl` apart. Throws a SandboxError when a part is missing or cannot be read. */
export function parseTemplate(text: string): Template {
  const parts = new Map(
    text
      .split(/^___(?=[A-Z_]+___$)/m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('___\n')
        return [part.slice(0, end), part.slice(end + 4).trim()] as const
      }),
  )
  const get = (name: string) => {
    const part = parts.get(name)
    if (part === undefined) throw new SandboxError(`the template has no part ___${name}___`)
    return part
  }
  return {
    info: JSON.parse(get('INFO')) as Template['info'],
    fields: JSON.parse(get('TEMPLATE_PARAMETERS')) as Template['fields'],
    code: get('SANDBOXED_JS_FOR_WEB_TEMPLATE'),
    permissions: (JSON.parse(get('WEB_PERMISSIONS')) as readonly RawPermission[]).map(readPermission),
    tests: readTests(get('TESTS')),
    notes: get('NOTES'),
  }
}
