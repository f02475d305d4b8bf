import { isObject } from '@unblink/protocol'
import type { z } from 'zod'
import { findBrokenReferences } from './findBrokenReferences.ts'
import { getClosest } from './getClosest.ts'
import { nameAudiences, type InlineAudiences, type WrittenSite } from './nameAudiences.ts'
import type { Problem } from './problem.ts'
import { siteSchema } from './schema/siteSchema.ts'
import type { Site } from './site.ts'

/** A line is to be read; what is longer is only begun. */
const MAX_QUOTED = 100

const describeValue = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'string') return (value as number | boolean).toString()
  return JSON.stringify(value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value)
}

const NAMES: Readonly<Record<string, string>> = {
  number: 'a number',
  record: 'an object',
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
}

/** Says what was expected and found; the schema's own messages, which tell the remedy, pass as they are. */
function explain(issue: z.core.$ZodIssue): string {
  // Keys and the secrets of hooks: errors end up in logs.
  const describe = issue.path[0] === 'keys' || issue.path.includes('secret') ? () => 'another value' : describeValue
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.message.startsWith('expected') && issue.input !== undefined)
        return issue.message.includes(', got ') ? issue.message : `${issue.message}, got ${describe(issue.input)}`
      const expected = NAMES[issue.expected] ?? `a ${issue.expected}`
      return issue.input === undefined
        ? `missing; add ${expected}`
        : `expected ${expected}, got ${describe(issue.input)}`
    }
    case 'invalid_value': {
      const closest = typeof issue.input === 'string' ? getClosest(issue.input, issue.values.map(String)) : undefined
      const expected = issue.values.map((value) => JSON.stringify(value)).join(', ')
      return `expected one of ${expected}, got ${describe(issue.input)}${closest ? `; did you mean "${closest}"?` : ''}`
    }
    case 'invalid_key':
      return `the name is not usable: ${issue.issues[0]?.message ?? issue.message}`
    case 'too_small':
    case 'too_big': {
      if (issue.message.startsWith('expected')) return `${issue.message}, got ${describe(issue.input)}`
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
      return issue.origin === 'number'
        ? `expected ${bound}, got ${describe(issue.input)}`
        : `expected ${bound} characters or items`
    }
    case 'invalid_format':
      return `${issue.message}, got ${describe(issue.input)}`
    default:
      return issue.message
  }
}

/**
 * A member that is there and undefined counts as left out: programs write `server: process.env.KEY`. `seen` holds what was
 * copied; what holds itself stays as it is inside, to be refused as no JSON.
 */
function withoutUndefined(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  const isPlain = isObject(value) && Object.getPrototypeOf(value) === Object.prototype
  if (!isPlain && !Array.isArray(value)) return value
  if (seen.has(value)) return seen.get(value)
  seen.set(value, value)
  const copy = Array.isArray(value)
    ? value.map((item) => withoutUndefined(item, seen))
    : Object.fromEntries(
        Object.entries(value).flatMap(([name, member]) =>
          member === undefined ? [] : [[name, withoutUndefined(member, seen)]],
        ),
      )
  seen.set(value, copy)
  return copy
}

/** A site config, or everything that is wrong with it. */
export type ReadSite =
  | { readonly ok: true; readonly value: Site; readonly inline: InlineAudiences }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Checks a site config of any origin and fills in the defaults. Never throws. */
export function readSite(value: unknown): ReadSite {
  try {
    const parsed = siteSchema.safeParse(withoutUndefined(value), { reportInput: true })
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) => ({ path: issue.path, message: explain(issue) }))
      // The first at one place: what is said after it often comes of it.
      const places = problems.map(({ path }) => path.map(String).join('\n'))
      return { ok: false, problems: problems.filter((_problem, index) => places.indexOf(places[index]!) === index) }
    }
    // The schema never fills an optional member with undefined, and functions are typed by `defineSite`.
    const site = parsed.data as unknown as WrittenSite
    const problems = findBrokenReferences(site)
    if (problems.length > 0) return { ok: false, problems }
    const named = nameAudiences(site)
    return { ok: true, value: named.site, inline: named.inline }
  } catch (error) {
    // A config is a program's value: it can hold itself, or members that throw when they are read.
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}; use plain values`
    return { ok: false, problems: [{ path: [], message }] }
  }
}
