import { createPermissions, type Permissions } from './createPermissions.ts'
import { interpret } from './interpret.ts'
import { parse } from './parse.ts'
import type { Template } from './parseTemplate.ts'
import { SandboxError } from './syntax.ts'

type ConsentListener = (type: string, isGranted: boolean) => void

/** What stands behind the APIs: a page, or a test. */
export interface SandboxHost {
  /** The page's global object. */
  readonly globals: Record<string, unknown>
  /** Address of the page, as the template sees it. */
  readonly address: () => URL
  readonly inject: (address: string, onLoad: () => void, onError: () => void) => void
  readonly isGranted: (type: string) => boolean
  readonly onConsent: (type: string, listener: ConsentListener) => void
  readonly readLayer: (key: string) => unknown
  readonly log: (...values: readonly unknown[]) => void
  readonly later: (callback: () => void) => void
}

export type Api = (...values: never[]) => unknown
type Apis = Readonly<Record<string, Api | Readonly<Record<string, Api>>>>

/** Values cross the border as copies; functions stay what they are. */
export function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]))
}

/** The object that holds a global of this path, and its last step. */
function reach(
  globals: Record<string, unknown>,
  path: string,
  isMade: boolean,
): [Record<string, unknown>, string] | undefined {
  const steps = path.split('.')
  const last = steps.pop()!
  let holder: unknown = globals
  for (const step of steps) {
    const next: unknown = (holder as Record<string, unknown>)[step]
    if (typeof next !== 'object' && typeof next !== 'function') {
      if (!isMade) return undefined
      ;(holder as Record<string, unknown>)[step] = {}
    }
    holder = (holder as Record<string, unknown>)[step]
    if (holder === null) return undefined
  }
  return [holder as Record<string, unknown>, last]
}

const URL_PARTS: Readonly<Record<string, (url: URL) => string>> = {
  protocol: (url) => url.protocol.replace(':', ''),
  host: (url) => url.hostname,
  port: (url) => url.port || (url.protocol === 'https:' ? '443' : '80'),
  path: (url) => url.pathname,
  query: (url) => url.search.slice(1),
  fragment: (url) => url.hash.slice(1),
}

/** Which permission each API asks for, given its values, before it does anything. */
const GUARDS: Readonly<Record<string, (...values: readonly unknown[]) => readonly [id: string, ...values: unknown[]]>> =
  {
    addConsentListener: (type) => ['access_consent', type, 'read'],
    callInWindow: (path) => ['access_globals', 'execute', path],
    copyFromDataLayer: (key) => ['read_data_layer', key],
    copyFromWindow: (path) => ['access_globals', 'read', path],
    createQueue: (path) => ['access_globals', 'readwrite', path],
    getUrl: (part = 'any') => ['get_url', part],
    injectScript: (address) => ['inject_script', address],
    isConsentGranted: (type) => ['access_consent', type, 'read'],
    logToConsole: () => ['logging'],
    setInWindow: (path) => ['access_globals', 'readwrite', path],
  }

function createApis(host: SandboxHost, permissions: Permissions): Apis {
  const { globals } = host
  return {
    addConsentListener: (type: string, listener: ConsentListener) => host.onConsent(type, listener),
    callInWindow(path: string, ...values: unknown[]) {
      const [holder, key] = reach(globals, path, false) ?? []
      const target = holder?.[key!]
      return typeof target === 'function' ? copy(target.apply(holder, values.map(copy))) : undefined
    },
    callLater: (callback: () => void) => host.later(callback),
    copyFromDataLayer: (key: string) => copy(host.readLayer(key)),
    copyFromWindow(path: string) {
      const [holder, key] = reach(globals, path, false) ?? []
      return copy(holder?.[key!])
    },
    createQueue(path: string) {
      const [holder, key] = reach(globals, path, true)!
      const layer = (holder[key] ??= []) as unknown[]
      return (...values: unknown[]) => layer.push(...values.map(copy))
    },
    getType(value: unknown) {
      if (value === null) return 'null'
      return Array.isArray(value) ? 'array' : typeof value
    },
    getUrl: (part?: string) => (part === undefined ? host.address().href : URL_PARTS[part]?.(host.address())),
    injectScript: (address: string, onLoad = () => {}, onError = () => {}) => host.inject(address, onLoad, onError),
    isConsentGranted: (type: string) => host.isGranted(type),
    JSON: { parse: (text: string) => copy(JSON.parse(text)), stringify: (value: unknown) => JSON.stringify(value) },
    logToConsole: (...values: unknown[]) => host.log(...values),
    makeNumber: (value: unknown) => Number(value),
    makeString: (value: unknown) => String(value),
    Object: { keys: (value: object) => Object.keys(value) },
    queryPermission: (id: string, ...values: unknown[]) => permissions.has(id, ...values),
    setInWindow(path: string, value: unknown, isOver = false) {
      const [holder, key] = reach(globals, path, true)!
      if (holder[key] !== undefined && !isOver) return false
      holder[key] = copy(value)
      return true
    },
  }
}

export interface Sandbox {
  /** Runs the template's code with these fields; `data` also holds `gtmOnSuccess` and `gtmOnFailure`. */
  run(data: Readonly<Record<string, unknown>>): unknown
}

/**
 * Google Tag Manager's sandbox around one template: its code sees `require` and `data`, and each API does only what the template
 * has declared.
 * @param replace What stands in for an API, as a test's `mock()` wants it; the permission is asked for all the same.
 */
export function createSandbox(
  template: Pick<Template, 'code' | 'permissions'>,
  host: SandboxHost,
  replace: (name: string, api: Api) => Api = (_, api) => api,
): Sandbox {
  const program = parse(template.code)
  const permissions = createPermissions(template.permissions)
  const apis = createApis(host, permissions)
  const guard = (name: string, api: Api): Api => {
    const used = replace(name, api)
    const getPermission = GUARDS[name]
    return (...values) => {
      if (getPermission) permissions.require(...getPermission(...values))
      return used(...values)
    }
  }
  const requireApi = (name: unknown) => {
    const api = typeof name === 'string' && Object.hasOwn(apis, name) ? apis[name] : undefined
    if (!api) throw new SandboxError(`the emulation has no API "${String(name)}"`)
    return typeof api === 'function' ? guard(name as string, api) : api
  }
  return { run: (data) => interpret(program, { require: requireApi, data }) }
}
