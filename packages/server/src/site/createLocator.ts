import type { Problem } from './problem.ts'

export interface Place {
  /** From 1. */
  readonly line: number
  /** In UTF-16 code units, from 1. */
  readonly column: number
}

/** Where things stand in a JSON text. */
export interface Locator {
  /** The value at a path or, where it is missing, what it would lie in. */
  locate(path: readonly PropertyKey[]): Place
  /** Members that are written twice in one object: JSON takes the last, without a word. */
  readonly twice: readonly Problem[]
}

const toKey = (path: readonly PropertyKey[]) => JSON.stringify(path.map(String))

/** The place of an offset in a text. */
export function toPlace(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** Scans a text that `JSON.parse` takes, which is why nothing here can go wrong. */
export function createLocator(text: string): Locator {
  const offsets = new Map<string, number>()
  const twice: Problem[] = []
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g
  /** The objects and lists that are open, from the outside in. */
  const open: {
    readonly isList: boolean
    readonly path: readonly PropertyKey[]
    index: number
    key: string
    seen: Set<string>
  }[] = []
  let isValueNext = true

  for (const { 0: sign, index: offset } of text.matchAll(token)) {
    const inner = open.at(-1)
    if (sign === '}' || sign === ']') {
      open.pop()
      isValueNext = false
    } else if (sign === ',') {
      if (inner?.isList) inner.index++
      isValueNext = inner?.isList === true
    } else if (sign === ':') isValueNext = true
    else if (!isValueNext && inner && !inner.isList) {
      inner.key = JSON.parse(sign) as string
      const path = [...inner.path, inner.key]
      if (inner.seen.size === inner.seen.add(inner.key).size) {
        twice.push({ path, message: 'written twice in one object, of which the last counts; remove one' })
      }
    } else {
      const path = inner ? [...inner.path, inner.isList ? inner.index : inner.key] : []
      offsets.set(toKey(path), offset)
      if (sign === '{' || sign === '[') {
        open.push({ isList: sign === '[', path, index: 0, key: '', seen: new Set() })
        isValueNext = sign === '['
      } else isValueNext = false
    }
  }

  return {
    twice,
    locate(path) {
      for (let length = path.length; length > 0; length--) {
        const offset = offsets.get(toKey(path.slice(0, length)))
        if (offset !== undefined) return toPlace(text, offset)
      }
      return toPlace(text, offsets.get('[]') ?? 0)
    },
  }
}
