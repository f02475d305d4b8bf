import { SandboxError } from './syntax.ts'

/** The methods that values have in the sandbox: https://developers.google.com/tag-platform/tag-manager/templates/standard-library */
const METHODS = {
  array:
    'concat every filter forEach indexOf join lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toString unshift',
  string:
    'charAt concat indexOf lastIndexOf match replace search slice split substring toLowerCase toLocaleLowerCase toLocaleUpperCase toString toUpperCase trim',
  object: 'hasOwnProperty toString',
  other: 'toString',
}

const has = (kind: keyof typeof METHODS, name: string) => METHODS[kind].split(' ').includes(name)

function getKind(value: unknown): keyof typeof METHODS {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'string') return 'string'
  return typeof value === 'object' || typeof value === 'function' ? 'object' : 'other'
}

const toKey = (key: unknown) => {
  const name = String(key)
  if (['__proto__', 'constructor', 'prototype'].includes(name))
    throw new SandboxError(`the sandbox has no way to "${name}"`)
  return name
}

/** A member of a value: its own, or one of the methods that the sandbox has. */
export function getMember(value: unknown, key: unknown): unknown {
  const name = toKey(key)
  if (value === undefined || value === null) throw new TypeError(`${value} has no "${name}"`)
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name]
  const kind = getKind(value)
  if (!has(kind, name)) {
    if (name in Object(value))
      throw new SandboxError(`the sandbox's ${kind === 'other' ? typeof value : kind} has no "${name}"`)
    return undefined
  }
  const method = (value as Record<string, (...values: unknown[]) => unknown>)[name]!
  return (...values: unknown[]) => method.apply(value, values)
}

export function setMember(value: unknown, key: unknown, next: unknown): void {
  const name = toKey(key)
  if (typeof value !== 'object' || value === null) throw new TypeError(`"${name}" cannot be set on this`)
  ;(value as Record<string, unknown>)[name] = next
}
