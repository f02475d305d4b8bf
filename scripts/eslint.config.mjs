import js from '@eslint/js'
import tseslint from 'typescript-eslint'
import { bannedWords } from './eslint-rules/bannedWords.mjs'
import { root } from './lib/fromRoot.mjs'

const TYPESCRIPT = [
  'packages/*/{src,test}/**/*.{ts,tsx}',
  'examples/*/src/**/*.{ts,tsx}',
  'examples/*/*.ts',
  'e2e/**/*.ts',
]
const TESTS = ['**/*.test.ts', 'packages/*/test/**/*.ts', 'e2e/**/*.ts']
const PURE = ['packages/protocol/src/**/*.ts', 'packages/decide/src/**/*.ts']

const toGlobals = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']))

const nodeGlobals = toGlobals([
  'AbortController',
  'AbortSignal',
  'Buffer',
  'Headers',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'clearInterval',
  'clearTimeout',
  'console',
  'fetch',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'structuredClone',
])

const browserGlobals = toGlobals([
  'document',
  'window',
  'navigator',
  'location',
  'history',
  'addEventListener',
  'CustomEvent',
  'Event',
  'MutationObserver',
  'PerformanceObserver',
  'requestAnimationFrame',
  'localStorage',
  'sessionStorage',
  'indexedDB',
])

const focused = {
  selector: 'CallExpression[callee.property.name=/^(only|todo|fixme)$/][callee.object.name=/^(test|it|describe)$/]',
  message: 'A focused or postponed test hides the others. Finish it or delete it.',
}

export default tseslint.config(
  {
    ignores: ['**/dist/', '**/node_modules/', '**/results/', '.cache/', '.data/', 'packages/snippet/src/bootSource.ts'],
  },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 300 }],
      'no-restricted-syntax': ['error', focused],
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
  },
  {
    // Scripts of example pages, and the functions that benchmarks hand to a browser.
    files: ['examples/**/*.js', 'bench/**/*.mjs'],
    languageOptions: { globals: browserGlobals },
  },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['packages/*/tsconfig.json', 'examples/*/tsconfig.json', 'scripts/tsconfig.all.json'],
        tsconfigRootDir: root,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An async function without await keeps the promise of its contract: it rejects instead of throwing.
      '@typescript-eslint/require-await': 'off',
      // Reading a method to see whether the engine has it is how features are detected.
      '@typescript-eslint/unbound-method': 'off',
      // tsc knows which names exist.
      'no-undef': 'off',
    },
  },
  {
    // The names of this shop's site are types there, which another example must not see.
    files: ['examples/react-shop/src/**'],
    languageOptions: { parserOptions: { project: ['examples/react-shop/tsconfig.json'], tsconfigRootDir: root } },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    plugins: { unblink: { rules: { 'banned-words': bannedWords } } },
    rules: {
      'unblink/banned-words': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                '@unblink/*/*',
                '!@unblink/browser/store',
                '!@unblink/decide/explain',
                '!@unblink/decide/rank',
                '!@unblink/decide/template',
                '**/packages/*',
              ],
              message: 'Import a package by its name only; its inner files are its own.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/{protocol,decide,page,snippet,tracker,browser}/src/**/*.ts'],
    ignores: TESTS,
    rules: { 'no-console': ['error', { allow: ['warn', 'error'] }] },
  },
  {
    files: PURE,
    ignores: TESTS,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time arrives as an argument in this package.' },
        { object: 'Math', property: 'random', message: 'Chance arrives as an argument in this package.' },
        { object: 'performance', property: 'now', message: 'Time arrives as an argument in this package.' },
      ],
      'no-restricted-syntax': [
        'error',
        focused,
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'Time arrives as an argument in this package.',
        },
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      // Replies and page values are read as they come; the assertions are what checks them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
)
