import { createRequire } from 'node:module'

// TypeScript is the repository's own, not a dependency of this package.
const ts = createRequire(import.meta.url)('typescript')
const { SyntaxKind } = ts

const BINARY = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [SyntaxKind.LessThanToken, '<='],
  [SyntaxKind.LessThanEqualsToken, '<'],
  [SyntaxKind.GreaterThanToken, '>='],
  [SyntaxKind.GreaterThanEqualsToken, '>'],
  [SyntaxKind.PlusToken, '-'],
  [SyntaxKind.MinusToken, '+'],
  [SyntaxKind.AsteriskToken, '/'],
  [SyntaxKind.SlashToken, '*'],
  [SyntaxKind.PercentToken, '*'],
  [SyntaxKind.CaretToken, '|'],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken, '>>'],
  [SyntaxKind.AmpersandAmpersandToken, '||'],
  [SyntaxKind.BarBarToken, '&&'],
  [SyntaxKind.QuestionQuestionToken, '&&'],
  [SyntaxKind.PlusEqualsToken, '='],
  [SyntaxKind.QuestionQuestionEqualsToken, '='],
])

/** Other methods of the same shape, and methods whose call may be left out. */
const SWAPPED = { every: 'some', some: 'every', find: 'findLast', slice: 'at' }
const DROPPED = new Set(['toLowerCase', 'trim', 'replace', 'map', 'push', 'add', 'sort', 'filter', 'toFixed'])

/**
 * Every small fault that can be put into a TypeScript source, as `{ start, end, text, line, was }`: one operator, literal,
 * condition, call or default at a time. Types, imports and messages of errors are left alone.
 */
export function findMutants(source, fileName) {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true)
  const mutants = []
  const add = (node, text) => {
    const start = node.getStart(file)
    const was = source.slice(start, node.getEnd())
    if (was !== text) {
      mutants.push({ start, end: node.getEnd(), text, line: file.getLineAndCharacterOfPosition(start).line + 1, was })
    }
  }
  const addBoth = (node) => ['true', 'false'].forEach((text) => add(node, text))

  const visitors = {
    [SyntaxKind.BinaryExpression]: ({ operatorToken }) =>
      BINARY.has(operatorToken.kind) && add(operatorToken, BINARY.get(operatorToken.kind)),
    [SyntaxKind.PrefixUnaryExpression]: (node) => {
      if (node.operator === SyntaxKind.ExclamationToken) add(node, node.operand.getText(file))
      if (node.operator === SyntaxKind.PlusToken || node.operator === SyntaxKind.MinusToken) {
        add(node, node.operand.getText(file))
      }
    },
    [SyntaxKind.PostfixUnaryExpression]: (node) =>
      // A loop that never ends says nothing that its time limit would not.
      node.parent.kind !== SyntaxKind.ForStatement && add(node, node.operand.getText(file)),
    [SyntaxKind.ConditionalExpression]: (node) => addBoth(node.condition),
    [SyntaxKind.IfStatement]: (node) => addBoth(node.expression),
    [SyntaxKind.TrueKeyword]: (node) => add(node, 'false'),
    [SyntaxKind.FalseKeyword]: (node) => add(node, 'true'),
    [SyntaxKind.NumericLiteral]: (node) => add(node, `${Number(node.text) + 1}`),
    [SyntaxKind.StringLiteral]: (node) => add(node, node.text ? "''" : "'mutant'"),
    [SyntaxKind.TemplateExpression]: (node) => node.head.text && add(node.head, '`${'),
    [SyntaxKind.CallExpression]: (node) => {
      const { expression } = node
      if (!ts.isPropertyAccessExpression(expression)) return
      const name = expression.name.text
      if (Object.hasOwn(SWAPPED, name)) add(expression.name, SWAPPED[name])
      if (DROPPED.has(name)) add(node, expression.expression.getText(file))
    },
    [SyntaxKind.PropertyAssignment]: ({ name, initializer }) =>
      // One operator of the table at a time answers the opposite.
      ts.isArrowFunction(initializer) &&
      name.getText(file)[0] === '$' &&
      !ts.isBlock(initializer.body) &&
      add(initializer.body, `!(${initializer.body.getText(file)})`),
    [SyntaxKind.ThrowStatement]: (node) => add(node, ';'),
    [SyntaxKind.ContinueStatement]: (node) => add(node, ';'),
  }

  const isSkipped = (node) =>
    ts.isTypeNode(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    // What an error says.
    (ts.isCallExpression(node) && node.expression.getText(file) === 'Error')

  const visit = (node) => {
    if (isSkipped(node)) return
    visitors[node.kind]?.(node)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return mutants
}
