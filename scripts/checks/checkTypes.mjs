import * as path from 'node:path'
import { fromRoot, root } from '../lib/fromRoot.mjs'

// Sources are checked by the build with their own library settings; a second opinion with the DOM and Node at once
// (setTimeout returns either's handle) would be a wrong one.
const OWN = [/\.test\.ts$/, /^e2e\//, /^examples\/[^/]+\/[^/]+\.ts$/]
const isCheckedHere = (file) =>
  !file.includes('/node_modules/') && OWN.some((own) => own.test(path.relative(root, file)))

/** Types of what the build does not emit: unit tests, e2e, and the configuration files of the examples. */
export async function checkTypes() {
  const { default: ts } = await import('typescript')
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} }
  const config = ts.getParsedCommandLineOfConfigFile(fromRoot('scripts/tsconfig.all.json'), { noEmit: true }, host)
  const program = ts.createProgram(config.fileNames, config.options)
  const files = program.getSourceFiles().filter(({ fileName }) => isCheckedHere(fileName))
  const found = files.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ])
  const format = {
    getCanonicalFileName: (name) => path.relative(root, name),
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  }
  return {
    problem: ts.formatDiagnostics(found, format).trim(),
    fix: 'Correct the types.',
    note: `${files.length} files`,
  }
}
