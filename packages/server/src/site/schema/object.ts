import { z } from 'zod'
import { getClosest } from '../getClosest.ts'

/** Members that other tools have, or that our own peers call otherwise: what they are called here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['allocation', 'coverage'],
  ['traffic', 'coverage'],
  ['targeting', 'audience'],
  ['segment', 'audience'],
  ['condition', 'audience'],
  ['trigger', 'when'],
  ['triggers', 'when'],
  ['variations', 'variants'],
  ['frequency', 'cap'],
  ['exclude', 'suppress'],
  ['timeout', 'deadlineMs'],
  ['timeoutMs', 'deadlineMs'],
  ['className', 'class'],
  ['styles', 'style'],
  ['url', 'redirect'],
  ['timezone', 'timeZone'],
  ['start', 'from'],
  ['end', 'to'],
])

/** An object with these members only; a member that is not known is named, with the one that was probably meant. */
export const object = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined
      const known = Object.keys(shape)
      const named = issue.keys.map((key) => {
        const translated = ELSEWHERE.get(key) ?? ''
        const closest = known.includes(translated) ? translated : getClosest(key, known)
        return closest ? `"${key}" (did you mean "${closest}"?)` : `"${key}"`
      })
      return `unknown member ${named.join(', ')}; known here: ${known.join(', ')}`
    },
  })
