import { createSandbox, copy, type Api, type SandboxHost } from './createSandbox.ts'
import { interpret } from './interpret.ts'
import { parse } from './parse.ts'
import type { Scenario, Template } from './parseTemplate.ts'

/** What became of one of a template's own tests. */
export interface TestResult {
  readonly name: string
  /** Why it failed; undefined when it passed. */
  readonly failure?: string
}

const show = (value: unknown) => JSON.stringify(value) ?? String(value)
const isSame = (a: unknown, b: unknown) => show(a) === show(b)

function fail(message: string): never {
  throw new Error(message)
}

const check = (holds: boolean, message: string) => holds || fail(message)

function assertThat(actual: unknown) {
  return {
    isEqualTo: (expected: unknown) =>
      check(isSame(actual, expected), `expected ${show(expected)}, got ${show(actual)}`),
    isNotEqualTo: (other: unknown) => check(!isSame(actual, other), `expected anything but ${show(other)}`),
    isTrue: () => check(actual === true, `expected true, got ${show(actual)}`),
    isFalse: () => check(actual === false, `expected false, got ${show(actual)}`),
    isUndefined: () => check(actual === undefined, `expected undefined, got ${show(actual)}`),
    contains: (part: unknown) =>
      check(Array.isArray(actual) && actual.some((item) => isSame(item, part)), `${show(actual)} has no ${show(part)}`),
    hasLength: (length: number) =>
      check((actual as { length?: number }).length === length, `expected ${length} of ${show(actual)}`),
  }
}

/** A page in which nothing happens: what a test does not mock answers as an empty page would. */
const createEmptyHost = (): SandboxHost => ({
  globals: {},
  address: () => new URL('https://www.example.com/'),
  inject: () => {},
  isGranted: () => true,
  onConsent: () => {},
  readLayer: () => undefined,
  log: () => {},
  later: (callback) => callback(),
})

function runScenario(template: Template, { code }: Scenario): void {
  const host = createEmptyHost()
  const mocks = new Map<string, unknown>()
  const calls = new Map<string, unknown[][]>()
  const record = (name: string, values: readonly unknown[]) => {
    const list = calls.get(name) ?? []
    calls.set(name, [...list, values.map(copy)])
  }
  const replace = (name: string, api: Api): Api => {
    return (...values: never[]) => {
      record(name, values)
      if (!mocks.has(name)) return api(...values)
      const mock = mocks.get(name)
      return typeof mock === 'function' ? (mock as Api)(...values) : mock
    }
  }
  const assertApi = (name: string) => {
    const made = calls.get(name) ?? []
    return {
      wasCalled: () => check(made.length > 0, `${name} was not called`),
      wasNotCalled: () => check(made.length === 0, `${name} was called with ${show(made)}`),
      wasCalledWith: (...values: unknown[]) =>
        check(
          made.some((one) => values.every((value, index) => typeof value === 'function' || isSame(value, one[index]))),
          `${name} was called with ${show(made)}, not with ${show(values)}`,
        ),
    }
  }
  const runCode = (data: Readonly<Record<string, unknown>> = {}) => {
    const report = (name: string) => () => record(name, [])
    const sandbox = createSandbox(template, host, replace)
    return sandbox.run({ ...data, gtmOnSuccess: report('gtmOnSuccess'), gtmOnFailure: report('gtmOnFailure') })
  }
  interpret(parse(`${template.tests.setup}\n${code}`), {
    runCode,
    assertThat,
    assertApi,
    fail,
    mock: (name: string, value: unknown) => void mocks.set(name, value),
  })
}

/** Runs the tests that are in the template (https://developers.google.com/tag-platform/tag-manager/templates/tests), each in a sandbox of its own. */
export function runTests(template: Template): readonly TestResult[] {
  return template.tests.scenarios.map((scenario) => {
    try {
      runScenario(template, scenario)
      return { name: scenario.name }
    } catch (error) {
      return { name: scenario.name, failure: error instanceof Error ? error.message : String(error) }
    }
  })
}
