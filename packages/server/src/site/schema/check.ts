import type { z } from 'zod'

/** A rule of one's own: `find` says what is wrong and how to mend it, or nothing. */
export const check =
  <T>(find: (value: T) => string | undefined) =>
  (context: z.core.ParsePayload<T>) => {
    const message = find(context.value)
    if (message) context.issues.push({ code: 'custom', message, input: context.value })
  }
