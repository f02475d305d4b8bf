import { SandboxError, type Node } from './syntax.ts'
import { locate, tokenize, type Token } from './tokenize.ts'

/** Keywords of JavaScript that the sandbox has not, or that are not known to be there. */
const REFUSED = new Set(
  'new this class super async await yield delete void in instanceof with try catch finally throw switch case default do import export debugger enum of arguments eval window document globalThis self'.split(
    ' ',
  ),
)
const LITERALS: Readonly<Record<string, boolean | null | undefined>> = {
  true: true,
  false: false,
  null: null,
  undefined,
}
const KEYWORDS = new Set([
  'var',
  'let',
  'const',
  'function',
  'return',
  'if',
  'else',
  'for',
  'while',
  'break',
  'continue',
  'typeof',
])
const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['===', '!==', '==', '!='],
  ['<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/', '%'],
]

/**
 * Parses a template's code: ECMAScript 5.1 without what the sandbox refuses, with `const`, `let` and arrow functions. Stricter than
 * Google's: what is not known to be accepted there (semicolons left out, shorthand members, trailing commas of calls) is
 * refused here. Throws a SandboxError that names line and column.
 */
export function parse(text: string): readonly Node[] {
  const tokens = tokenize(text)
  let index = 0
  const peek = (ahead = 0): Token => tokens[Math.min(index + ahead, tokens.length - 1)]!
  const fail = (token: Token, why: string): never => {
    throw new SandboxError(`${locate(text, token.at)}: ${why}`)
  }
  const isNext = (sign: string, ahead = 0) => peek(ahead).text === sign && ['sign', 'name'].includes(peek(ahead).type)
  const take = (sign: string) => (isNext(sign) ? (index++, true) : false)
  const expect = (sign: string) => take(sign) || fail(peek(), `expected "${sign}", got "${peek().text}"`)
  const takeName = (): string => {
    const token = peek()
    if (token.type !== 'name' || KEYWORDS.has(token.text) || Object.hasOwn(LITERALS, token.text))
      return fail(token, `expected a name, got "${token.text}"`)
    if (REFUSED.has(token.text)) return fail(token, `the sandbox has no "${token.text}"`)
    index++
    return token.text
  }
  const takeList = <T>(end: string, takeOne: () => T, mayTrail = false): T[] => {
    const list: T[] = []
    while (!take(end)) {
      if (list.length) expect(',')
      if (mayTrail && take(end)) break
      list.push(takeOne())
    }
    return list
  }

  const takeFunction = (at: number): Node => {
    const name = isNext('(') ? undefined : takeName()
    expect('(')
    const params = takeList(')', takeName)
    return { type: 'function', at, ...(name ? { name } : {}), params, body: takeBlock() }
  }
  /** Whether the parenthesis that comes next holds the parameters of an arrow function. */
  const isArrow = () => {
    let ahead = 1
    while (peek(ahead).type === 'name' || isNext(',', ahead)) ahead++
    return isNext(')', ahead) && isNext('=>', ahead + 1)
  }
  const takeArrow = (params: readonly string[], at: number): Node => {
    expect('=>')
    const value = isNext('{') ? undefined : takeExpression()
    const body: Node = value ? { type: 'return', at: value.at, value } : takeBlock()
    return { type: 'function', at, params, body }
  }
  const takeMember = (): readonly [string, Node] => {
    const { type, text: key } = peek()
    if (type === 'sign' || type === 'end') fail(peek(), `expected a member's name, got "${key}"`)
    index++
    expect(':')
    return [key, takeExpression()]
  }
  const takePrimary = (): Node => {
    const token = peek()
    const { at } = token
    if (token.type === 'number') return (index++, { type: 'literal', at, value: Number(token.text) })
    if (token.type === 'string') return (index++, { type: 'literal', at, value: token.text })
    if (token.type === 'name' && Object.hasOwn(LITERALS, token.text))
      return (index++, { type: 'literal', at, value: LITERALS[token.text] })
    if (take('function')) return takeFunction(at)
    if (isNext('(') && isArrow()) {
      index++
      return takeArrow(takeList(')', takeName), at)
    }
    if (take('(')) {
      const value = takeExpression()
      expect(')')
      return value
    }
    if (take('[')) return { type: 'array', at, items: takeList(']', takeExpression, true) }
    if (take('{')) return { type: 'object', at, members: takeList('}', takeMember, true) }
    if (token.type !== 'name') return fail(token, `the sandbox cannot read "${token.text}" here`)
    const name = takeName()
    return isNext('=>') ? takeArrow([name], at) : { type: 'name', at, name }
  }
  const takePostfix = (): Node => {
    let node = takePrimary()
    for (;;) {
      const { at } = peek()
      if (take('.')) {
        const key = peek()
        if (key.type !== 'name') fail(key, `expected a member's name, got "${key.text}"`)
        index++
        node = { type: 'member', at, object: node, key: { type: 'literal', at, value: key.text } }
      } else if (take('[')) {
        const key = takeExpression()
        expect(']')
        node = { type: 'member', at, object: node, key }
      } else if (take('(')) node = { type: 'call', at, callee: node, values: takeList(')', takeExpression) }
      else if (isNext('++') || isNext('--')) {
        const operator = peek().text === '++' ? '+=' : '-='
        index++
        return { type: 'assign', at, operator, target: node, value: { type: 'literal', at, value: 1 } }
      } else return node
    }
  }
  const takeUnary = (): Node => {
    const { at, text: operator } = peek()
    for (const sign of ['!', '-', '+', 'typeof'])
      if (take(sign)) return { type: 'unary', at, operator, value: takeUnary() }
    return takePostfix()
  }
  const takeBinary = (level: number): Node => {
    const signs = BINARY[level]
    if (!signs) return takeUnary()
    let left = takeBinary(level + 1)
    for (;;) {
      const { at, text: operator } = peek()
      if (!signs.some(take)) return left
      const right = takeBinary(level + 1)
      left = { type: level < 2 ? 'logical' : 'binary', at, operator, left, right }
    }
  }
  const takeExpression = (): Node => {
    const left = takeBinary(0)
    const { at, text: operator } = peek()
    if (take('?')) {
      const yes = takeExpression()
      expect(':')
      return { type: 'conditional', at, test: left, yes, no: takeExpression() }
    }
    if (!['=', '+=', '-='].some(take)) return left
    if (left.type !== 'name' && left.type !== 'member') fail(peek(), 'nothing can be assigned to this')
    return { type: 'assign', at, operator, target: left, value: takeExpression() }
  }

  const takeDeclaration = (at: number): Node | undefined => {
    const kind = ['var', 'let', 'const'].find(take)
    if (!kind) return undefined
    const list: (readonly [string, Node | undefined])[] = []
    do {
      list.push([takeName(), take('=') ? takeExpression() : undefined])
    } while (take(','))
    return { type: 'declare', at, kind, list }
  }
  const takeFor = (at: number): Node => {
    expect('(')
    const { at: from } = peek()
    const first = isNext(';') ? undefined : (takeDeclaration(from) ?? takeExpression())
    expect(';')
    const test = isNext(';') ? undefined : takeExpression()
    expect(';')
    const next = isNext(')') ? undefined : takeExpression()
    expect(')')
    return { type: 'for', at, first, test, next, body: takeStatement() }
  }
  const takeTest = (): Node => {
    expect('(')
    const test = takeExpression()
    expect(')')
    return test
  }
  const takeBlock = (): Node => {
    const { at } = peek()
    expect('{')
    const body: Node[] = []
    while (!take('}')) body.push(takeStatement())
    return { type: 'block', at, body }
  }
  const takeStatement = (): Node => {
    const { at } = peek()
    if (isNext('{')) return takeBlock()
    if (take('if')) {
      const test = takeTest()
      const yes = takeStatement()
      return { type: 'if', at, test, yes, no: take('else') ? takeStatement() : undefined }
    }
    if (take('for')) return takeFor(at)
    if (take('while')) return { type: 'for', at, test: takeTest(), body: takeStatement() }
    if (isNext('function') && peek(1).type === 'name') {
      index++
      const value = takeFunction(at) as Extract<Node, { type: 'function' }>
      return { type: 'declare', at, kind: 'var', list: [[value.name!, value]] }
    }
    const statement = takeSimple(at)
    expect(';')
    return statement
  }
  const takeSimple = (at: number): Node => {
    if (take('return')) return { type: 'return', at, value: isNext(';') ? undefined : takeExpression() }
    for (const kind of ['break', 'continue'] as const) if (take(kind)) return { type: 'jump', at, kind }
    return takeDeclaration(at) ?? { type: 'expression', at, value: takeExpression() }
  }

  const program: Node[] = []
  while (peek().type !== 'end') program.push(takeStatement())
  return program
}
