/**
 * Who may import whom among the packages, from the lowest layer up. A package that is not listed here fails the check:
 * add it with the packages it needs, never one of its own layer without a reason in docs/decisions.
 */
const MAY_IMPORT = {
  protocol: [],
  page: [],
  decide: ['protocol'],
  snippet: ['protocol'],
  tracker: ['protocol', 'page'],
  browser: ['protocol', 'decide', 'page', 'tracker'],
  element: ['protocol', 'browser'],
  react: ['protocol', 'browser'],
  vue: ['protocol', 'browser'],
  svelte: ['protocol', 'browser'],
  openfeature: ['protocol', 'browser'],
  gtm: ['protocol', 'page'],
  server: ['protocol', 'decide', 'snippet'],
  testing: ['protocol'],
}

/** These run in any JavaScript engine, or in a browser: no `node:` modules. The snippet's renderer needs one, for the hash. */
const WITHOUT_NODE = ['protocol', 'decide', 'page', 'tracker', 'browser']

// A folder of its own behind a door of its own: what a package has for another environment.
const FRONT_DOOR = '/src/((edge|explain|handlers|rank|store|template|vite)/)?index\\.ts$'
const INNER = "A package's inner files are its own. Import it by name, and export from its index.ts what is missing."
const TESTS = '\\.test\\.ts$'
const known = Object.keys(MAY_IMPORT).join('|')

const layers = Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
  name: `layer-${name}`,
  comment: `${name} may import ${allowed.join(', ') || 'no other package'} (MAY_IMPORT in scripts/depcruise.config.cjs).`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'layer-unknown',
      comment: 'This package has no place in the layers. Add it to MAY_IMPORT in scripts/depcruise.config.cjs.',
      severity: 'error',
      from: { path: '^packages/', pathNot: `^packages/(${known})/` },
      to: {},
    },
    {
      name: 'upwards',
      comment: 'Packages know nothing of the examples, the tests in browsers, the benchmarks and the scripts.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(examples|e2e|bench|scripts)/' },
    },
    {
      name: 'examples-upwards',
      comment: 'An example is what a user would write: it imports packages only.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(e2e|bench|scripts)/' },
    },
    {
      name: 'inner-file',
      comment: INNER,
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', FRONT_DOOR] },
    },
    {
      name: 'inner-file-outside',
      comment: INNER,
      severity: 'error',
      from: { path: '^(examples|e2e)/' },
      to: { path: '^packages/', pathNot: FRONT_DOOR },
    },
    {
      name: 'without-node',
      comment: 'This package runs in the page (or in any engine): no modules of Node.',
      severity: 'error',
      from: { path: `^packages/(${WITHOUT_NODE.join('|')})/src/`, pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'circular',
      comment: 'A cycle. Move what both need into a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'undeclared',
      comment: "Not in the dependencies of the package's own package.json.",
      severity: 'error',
      from: { path: '^packages/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'unresolvable',
      comment: 'There is no such file or package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/', '^e2e/results/', 'packages/snippet/src/bootSource\\.ts$'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'types', 'import', 'node', 'default'],
      extensions: ['.ts', '.mts', '.d.ts', '.mjs', '.js', '.json'],
    },
  },
}
