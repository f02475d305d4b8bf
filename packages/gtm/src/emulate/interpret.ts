import { getMember, setMember } from './members.ts'
import { SandboxError, type Node } from './syntax.ts'

/** The names that a piece of code sees: its own, then those around it. */
interface Scope {
  readonly names: Map<string, { value: unknown; readonly isConst: boolean }>
  readonly around?: Scope | undefined
}

/** How a statement ended; undefined: it went on. */
type Ended = { readonly type: 'return'; readonly value: unknown } | { readonly type: 'break' | 'continue' } | undefined

type Callable = (...values: unknown[]) => unknown

/** A loop that turns so often is one that does not end. */
const MAX_TURNS = 100_000

const openScope = (around?: Scope): Scope => ({ names: new Map(), around })

function find(scope: Scope | undefined, name: string) {
  for (let one = scope; one; one = one.around) {
    const found = one.names.get(name)
    if (found) return found
  }
  throw new SandboxError(`"${name}" is not there: the sandbox has no globals but "require" and "data"`)
}

const BINARY: Readonly<Record<string, (left: never, right: never) => unknown>> = {
  '===': (left, right) => left === right,
  '!==': (left, right) => left !== right,
  '==': (left, right) => left == right, // eslint-disable-line eqeqeq -- the sandbox has it
  '!=': (left, right) => left != right, // eslint-disable-line eqeqeq -- the sandbox has it
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
  '/': (left: number, right: number) => left / right,
  '%': (left: number, right: number) => left % right,
}

const UNARY: Readonly<Record<string, (value: unknown) => unknown>> = {
  '!': (value) => !value,
  '-': (value) => -(value as number),
  '+': (value) => Number(value),
  typeof: (value) => typeof value,
}

function createFunction({ params, body }: Extract<Node, { type: 'function' }>, around: Scope): Callable {
  return (...values) => {
    const scope = openScope(around)
    params.forEach((name, index) => scope.names.set(name, { value: values[index], isConst: false }))
    const ended = run([body], scope)
    return ended?.type === 'return' ? ended.value : undefined
  }
}

function call(node: Extract<Node, { type: 'call' }>, scope: Scope): unknown {
  const { callee } = node
  const values = () => node.values.map((value) => evaluate(value, scope))
  const target =
    callee.type === 'member'
      ? getMember(evaluate(callee.object, scope), evaluate(callee.key, scope))
      : evaluate(callee, scope)
  if (typeof target !== 'function') throw new TypeError('this is not a function')
  return (target as Callable)(...values())
}

function assign(node: Extract<Node, { type: 'assign' }>, scope: Scope): unknown {
  const { target, operator } = node
  const combine = (before: () => unknown) => {
    const value = evaluate(node.value, scope)
    return operator === '=' ? value : BINARY[operator[0]!]!(before() as never, value as never)
  }
  if (target.type === 'name') {
    const binding = find(scope, target.name)
    if (binding.isConst) throw new TypeError(`"${target.name}" is a constant`)
    return (binding.value = combine(() => binding.value))
  }
  if (target.type !== 'member') throw new SandboxError('nothing can be assigned to this')
  const object = evaluate(target.object, scope)
  const key = evaluate(target.key, scope)
  const value = combine(() => getMember(object, key))
  setMember(object, key, value)
  return value
}

function evaluate(node: Node, scope: Scope): unknown {
  switch (node.type) {
    case 'literal':
      return node.value
    case 'name':
      return find(scope, node.name).value
    case 'array':
      return node.items.map((item) => evaluate(item, scope))
    case 'object':
      return Object.fromEntries(node.members.map(([key, value]) => [key, evaluate(value, scope)]))
    case 'function':
      return createFunction(node, scope)
    case 'member':
      return getMember(evaluate(node.object, scope), evaluate(node.key, scope))
    case 'call':
      return call(node, scope)
    case 'unary':
      return UNARY[node.operator]!(evaluate(node.value, scope))
    case 'binary':
      return BINARY[node.operator]!(evaluate(node.left, scope) as never, evaluate(node.right, scope) as never)
    case 'logical': {
      const left = evaluate(node.left, scope)
      return (node.operator === '||') === !!left ? left : evaluate(node.right, scope)
    }
    case 'conditional':
      return evaluate(evaluate(node.test, scope) ? node.yes : node.no, scope)
    case 'assign':
      return assign(node, scope)
    default:
      throw new SandboxError(`a statement ("${node.type}") stands where a value should be`)
  }
}

function runLoop({ first, test, next, body }: Extract<Node, { type: 'for' }>, around: Scope): Ended {
  const scope = openScope(around)
  if (first) execute(first, scope)
  for (let turns = 0; !test || evaluate(test, scope); turns++) {
    if (turns >= MAX_TURNS) throw new SandboxError('a loop does not end')
    const ended = execute(body, scope)
    if (ended?.type === 'return') return ended
    if (ended?.type === 'break') return undefined
    if (next) evaluate(next, scope)
  }
  return undefined
}

function execute(node: Node, scope: Scope): Ended {
  switch (node.type) {
    case 'declare':
      for (const [name, value] of node.list)
        scope.names.set(name, { value: value && evaluate(value, scope), isConst: node.kind === 'const' })
      return undefined
    case 'if':
      if (evaluate(node.test, scope)) return execute(node.yes, scope)
      return node.no && execute(node.no, scope)
    case 'for':
      return runLoop(node, scope)
    case 'return':
      return { type: 'return', value: node.value && evaluate(node.value, scope) }
    case 'jump':
      return { type: node.kind }
    case 'block':
      return run(node.body, openScope(scope))
    case 'expression':
      evaluate(node.value, scope)
      return undefined
    default:
      evaluate(node, scope)
      return undefined
  }
}

const isFunction = (node: Node) =>
  node.type === 'declare' && node.list[0]?.[1]?.type === 'function' && node.kind === 'var'

/** Functions first: a call may stand before the function that it calls. */
function run(body: readonly Node[], scope: Scope): Ended {
  const functions = body.filter(isFunction)
  for (const node of functions) execute(node, scope)
  for (const node of body) {
    const ended = functions.includes(node) ? undefined : execute(node, scope)
    if (ended) return ended
  }
  return undefined
}

/**
 * Runs code that `parse` has read, as the body of a function that sees the given names and nothing else.
 * @returns What it returns. Throws what the code does wrong.
 */
export function interpret(program: readonly Node[], names: Readonly<Record<string, unknown>>): unknown {
  const scope = openScope()
  for (const [name, value] of Object.entries(names)) scope.names.set(name, { value, isConst: false })
  const ended = run(program, openScope(scope))
  return ended?.type === 'return' ? ended.value : undefined
}
