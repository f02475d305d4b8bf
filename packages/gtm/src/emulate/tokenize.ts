import { SandboxError } from './syntax.ts'

export interface Token {
  readonly type: 'name' | 'number' | 'string' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

const SIGNS = [
  '===', '!==', '=>', '==', '!=', '<=', '>=', '&&', '||', '+=', '-=', '++', '--',
  '{', '}', '(', ')', '[', ']', ';', ',', '<', '>', '+', '-', '*', '/', '%', '!', '=', '?', ':', '.',
] // prettier-ignore

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

const PATTERN =
  /(\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|([A-Za-z_$][\w$]*)|(\d+(?:\.\d+)?)|('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/y

const unquote = (text: string) =>
  text
    .slice(1, -1)
    .replace(/\\(u[\da-fA-F]{4}|.)/g, (_, escape: string) =>
      escape.length === 5 ? String.fromCharCode(parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape),
    )

/** Line and column of a place in a text, from 1. */
export function locate(text: string, at: number): string {
  const before = text.slice(0, at).split('\n')
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`
}

/**
 * The tokens of a template's code. There are none for regular expressions, template literals, spread and optional chaining:
 * the sandbox has none of them (https://developers.google.com/tag-platform/tag-manager/templates/sandboxed-javascript), and a slash divides.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    PATTERN.lastIndex = at
    const found = PATTERN.exec(text)
    if (found) {
      const [all, , name, number, string] = found
      if (name !== undefined) tokens.push({ type: 'name', text: name, at })
      else if (number !== undefined) tokens.push({ type: 'number', text: number, at })
      else if (string !== undefined) tokens.push({ type: 'string', text: unquote(string), at })
      at += all.length
      continue
    }
    const sign = SIGNS.find((one) => text.startsWith(one, at))
    if (!sign) throw new SandboxError(`${locate(text, at)}: the sandbox knows no "${text[at]}"`)
    tokens.push({ type: 'sign', text: sign, at })
    at += sign.length
  }
  return [...tokens, { type: 'end', text: 'the end', at }]
}
