import * as path from 'node:path'
import { fromRoot } from './fromRoot.mjs'

const listEntries = ({ folder, manifest }) =>
  Object.entries(manifest.exports)
    .filter(([, target]) => target.types)
    .map(([subpath, target]) => ({
      title: path.posix.join(manifest.name, subpath),
      file: fromRoot(folder, target.types),
    }))

/** The declarations of these packages, read together because they lead to each other. */
export const readDeclarations = (ts, workspaces) =>
  ts.createProgram(
    workspaces.flatMap(listEntries).map(({ file }) => file),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      skipLibCheck: true,
      // Names are followed, types are not worked out.
      noLib: true,
      types: [],
    },
  )

/**
 * The declarations of a package that its users can see, as Markdown, not yet formatted.
 * @param program Read by `readDeclarations` with this package among others.
 */
export function describeApi(ts, workspace, program = readDeclarations(ts, [workspace])) {
  const { folder, manifest } = workspace
  const checker = program.getTypeChecker()
  const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed })
  const dist = `${path.dirname(fromRoot(folder, 'package.json'))}${path.sep}`
  const isOwn = (declaration) => {
    const { fileName } = declaration.getSourceFile()
    return path.normalize(fileName).startsWith(dist) && !fileName.includes('/node_modules/')
  }
  const follow = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
  const isDeclaredAlone = (node) =>
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isFunctionDeclaration(node)
  /** The whole statement: a variable's declaration alone lacks its `const`. */
  const toStatement = (node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node)
  const print = (node) =>
    printer
      .printNode(ts.EmitHint.Unspecified, toStatement(node), node.getSourceFile())
      .replace(/^export (default )?/, '')
      .replace(/^declare /, '')

  const describeEntry = ({ title, file }) => {
    const source = program.getSourceFile(file)
    const exported = source ? checker.getExportsOfModule(checker.getSymbolAtLocation(source)) : []
    const known = new Set(exported.map(follow))
    const inner = new Map()
    /** What a declaration names of this package without it being exported: it is part of the surface all the same. */
    const collect = (node) => {
      if (ts.isIdentifier(node)) {
        const found = checker.getSymbolAtLocation(node)
        const symbol = found && follow(found)
        const declaration = symbol?.declarations?.find(
          (one) => isDeclaredAlone(one) && ts.isSourceFile(one.parent) && isOwn(one),
        )
        if (declaration && !known.has(symbol)) {
          known.add(symbol)
          inner.set(symbol.name, print(declaration))
          collect(declaration)
        }
      }
      ts.forEachChild(node, collect)
    }
    const lines = exported.map((symbol) => {
      const target = follow(symbol)
      const own = (target.declarations ?? []).filter(isOwn)
      if (own.length === 0) {
        const from = symbol.declarations?.[0]?.parent?.parent?.moduleSpecifier?.text ?? 'another package'
        return [symbol.name, `export { ${symbol.name} } from '${from}'`]
      }
      own.forEach(collect)
      const renamed = target.name === symbol.name ? '' : `\nexport { ${target.name} as ${symbol.name} }`
      const prefix = renamed ? '' : 'export '
      return [symbol.name, `${[...new Set(own.map((node) => prefix + print(node)))].join('\n')}${renamed}`]
    })
    const byName = ([a], [b]) => (a < b ? -1 : 1)
    const all = [...lines.sort(byName), ...[...inner].sort(byName)]
    return `## \`${title}\`\n\n\`\`\`ts\n${all.map(([, text]) => text).join('\n\n')}\n\`\`\`\n`
  }
  return `# ${manifest.name}

What users of this package can see, written by \`npm run api -- --write\`: a change here is a change for them.

${listEntries(workspace).map(describeEntry).join('\n')}`
}
