import type { Permission } from './parseTemplate.ts'
import { SandboxError } from './syntax.ts'

export interface Permissions {
  /** Whether the template has declared that it needs this; the values are those of `queryPermission`. */
  has(id: string, ...values: readonly unknown[]): boolean
  /** Throws a SandboxError when it has not. */
  require(id: string, ...values: readonly unknown[]): void
}

type Params = Permission['params']

/** `https://*.example.com/path/*`: only https, a `*` stands for any characters of its part. */
function matchesUrl(pattern: string, address: unknown): boolean {
  if (typeof address !== 'string' || !URL.canParse(address)) return false
  const [, hostPattern = '', pathPattern = ''] = /^https:\/\/([^/]+)(\/.*)$/.exec(pattern) ?? []
  const { protocol, host, pathname } = new URL(address)
  const matches = (text: string, glob: string) =>
    new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text)
  return protocol === 'https:' && matches(host, hostPattern) && matches(pathname, pathPattern)
}

/** A key of a global or of the data layer; `a.*` stands for whatever is below `a`. */
const matchesKey = (pattern: string, key: string) =>
  pattern === '*' || pattern === key || (pattern.endsWith('.*') && key.startsWith(pattern.slice(0, -1)))

/** Names that every window has: the editor refuses them as the first step of a global's path. */
const PREDEFINED = ['window', 'document', 'location', 'navigator', 'localStorage', 'history', 'self', 'top', 'parent']

const CHECKS: Readonly<Record<string, (params: Params, values: readonly unknown[]) => boolean>> = {
  inject_script: ({ urls = [] }, [address]) => (urls as string[]).some((pattern) => matchesUrl(pattern, address)),
  access_globals({ keys = [] }, [access, key]) {
    const path = String(key)
    if (PREDEFINED.includes(path.split('.')[0]!)) return false
    const entry = (keys as Record<string, unknown>[]).find((one) => one['key'] === path)
    const needed = access === 'readwrite' ? ['read', 'write'] : [String(access)]
    return !!entry && needed.every((one) => entry[one] === true)
  },
  access_consent({ consentTypes = [] }, [type, access]) {
    const entry = (consentTypes as Record<string, unknown>[]).find((one) => one['consentType'] === type)
    return entry?.[String(access)] === true
  },
  get_url: ({ urlParts, ...parts }, [part]) => urlParts === 'any' || parts[String(part)] === true,
  read_data_layer: ({ allowedKeys, keyPatterns = [] }, [key]) =>
    allowedKeys === 'any' || (keyPatterns as string[]).some((pattern) => matchesKey(pattern, String(key))),
  logging: () => true,
}

/** What the permissions of a template allow: nothing that they do not name. */
export function createPermissions(declared: readonly Permission[]): Permissions {
  const has = (id: string, ...values: readonly unknown[]) => {
    const permission = declared.find((one) => one.id === id)
    const check = CHECKS[id]
    if (permission && !check) throw new SandboxError(`the emulation does not know the permission "${id}"`)
    return !!permission && check!(permission.params, values)
  }
  return {
    has,
    require(id, ...values) {
      if (!has(id, ...values))
        throw new SandboxError(`the template has not declared ${id}(${values.map(String).join(', ')})`)
    },
  }
}
