import { fail, ok, type Result } from '@unblink/protocol'
import type { z } from 'zod'
import { findBrokenReferences } from './findBrokenReferences.ts'
import { getClosest } from './getClosest.ts'
import type { Site } from './site.ts'
import { siteSchema } from './siteSchema.ts'

/** `experiences[1].slot`; a name with other signs is quoted: `slots["home.hero"]`. */
const toPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const name = String(part)
    if (!/^[\w$]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text ? `${text}.${name}` : name
  }, '') || 'site'

const describeValue = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'function') return 'a function'
  return JSON.stringify(value) ?? typeof value
}

const NAMES: Readonly<Record<string, string>> = {
  record: 'an object',
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
}

/** Says what was expected and found; the schema's own messages, which tell the remedy, pass as they are. */
function explain(issue: z.core.$ZodIssue): string {
  // A key is a secret: errors end up in logs.
  const describe = issue.path[0] === 'keys' ? () => 'another value' : describeValue
  switch (issue.code) {
    case 'invalid_type': {
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
 * Checks a site config of any origin and fills in the defaults. The error has one line per problem:
 * the path, what is wrong, and how to mend it.
 */
export function parseSite(value: unknown): Result<Site> {
  const parsed = siteSchema.safeParse(value, { reportInput: true })
  if (!parsed.success)
    return fail(parsed.error.issues.map((issue) => `${toPath(issue.path)}: ${explain(issue)}`).join('\n'))
  // The schema never fills an optional member with undefined, which its inferred type cannot say.
  const site = parsed.data as Site
  const problems = findBrokenReferences(site)
  return problems.length === 0
    ? ok(site)
    : fail(problems.map(({ path, message }) => `${toPath(path)}: ${message}`).join('\n'))
}
