import { parseAst } from 'rollup/parseAst'

/** In characters: reading a shorter function twice costs less than the two bytes. */
const WORTH_IT = 60

/**
 * Puts parentheses around each arrow function of `code` that is given a name: V8 takes them for a sign that it is called soon
 * (https://v8.dev/blog/preparser#pife) and compiles it at once, where it would read it twice. For an inline script beside
 * others: the hint for a whole script (`compileHint` in rollup.config.mjs) would have it compile those, too.
 */
export function wrapFunctions(code) {
  const found = []
  const visit = (node, parent) => {
    const isNamed = parent?.type === 'VariableDeclarator' || parent?.type === 'AssignmentExpression'
    if (node.type === 'ArrowFunctionExpression' && isNamed && node.end - node.start > WORTH_IT) found.push(node)
    const parts = Object.values(node).flat()
    for (const part of parts) if (part?.type) visit(part, node)
  }
  visit(parseAst(code))
  return found
    .flatMap(({ start, end }) => [
      [start, '('],
      [end, ')'],
    ])
    .sort(([a], [b]) => b - a)
    .reduce((text, [at, sign]) => text.slice(0, at) + sign + text.slice(at), code)
}
