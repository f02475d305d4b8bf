import { getOwn, isObject, type Attributes, type Json } from '@unblink/protocol'
import type { ProfileSourceSettings } from './profileSource.ts'

/** What can be filled in. */
export interface ProfileFacts {
  readonly visitor: string
  /** Where the visitor is known to be somebody. */
  readonly user?: string | undefined
  readonly attributes: Attributes
}

export interface FilledRequest {
  readonly url: string
  readonly body?: string
}

type Scalar = string | number | boolean

const PLACEHOLDER = /\{\{([A-Za-z][\w-]*(?:\.[\w-]+)*)\}\}/g
const WHOLE = /^\{\{([A-Za-z][\w-]*(?:\.[\w-]+)*)\}\}$/

/** Names of what an address or a body leaves to be filled in. */
export const getPlaceholders = (template: Json): readonly string[] =>
  [...JSON.stringify(template).matchAll(PLACEHOLDER)].map(([, name]) => name!)

/** The same with nothing left to be filled in; braces that remain were no placeholder. */
export const withoutPlaceholders = (text: string, by: string): string => text.replace(PLACEHOLDER, by)

function find(name: string, { visitor, user, attributes }: ProfileFacts): Scalar | undefined {
  if (name === 'visitor') return visitor
  let value: unknown = user
  if (name !== 'user') {
    value = attributes
    for (const step of name.split('.')) value = isObject(value) ? getOwn(value, step) : undefined
  }
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

const countSteps = (url: string) => new URL(url).pathname.split('/').length

/**
 * The request for one visitor; undefined where something that it needs is not known, or cannot stand in an address: a path
 * that holds `..` as a step leads elsewhere, however it is encoded. Pure.
 */
export function fillProfileRequest(
  { url, body }: Pick<ProfileSourceSettings, 'url' | 'body'>,
  facts: ProfileFacts,
): FilledRequest | undefined {
  let isWhole = true
  const get = (name: string): Scalar => {
    const value = find(name, facts)
    isWhole &&= value !== undefined
    return value ?? ''
  }
  const fillText = (text: string): Scalar => {
    const [, only] = WHOLE.exec(text) ?? []
    return only === undefined ? text.replace(PLACEHOLDER, (_all, name: string) => String(get(name))) : get(only)
  }
  const fillJson = (value: Json): Json => {
    if (typeof value === 'string') return fillText(value)
    if (Array.isArray(value)) return (value as readonly Json[]).map(fillJson)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillJson(member)]))
  }
  // What is no Unicode (half of a surrogate pair) cannot be encoded, and would throw.
  const encode = (name: string) => encodeURIComponent(String(get(name)).replace(/[\ud800-\udfff]/gu, '\ufffd'))
  const filled = url.replace(PLACEHOLDER, (_all, name: string) => encode(name))
  const filledBody = body === undefined ? undefined : JSON.stringify(fillJson(body))
  if (!isWhole || countSteps(filled) !== countSteps(withoutPlaceholders(url, 'v'))) return undefined
  return filledBody === undefined ? { url: filled } : { url: filled, body: filledBody }
}
