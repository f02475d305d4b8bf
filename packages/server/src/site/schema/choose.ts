import { z } from 'zod'

/**
 * A value of more than one shape: `select` looks at it and names the schema that it is held to, so that the errors are
 * those of what was meant; a union would only say that nothing fits.
 */
export const choose = <T>(select: (value: unknown) => z.ZodType<T>) =>
  z.unknown().transform((value, context): T => {
    const parsed = select(value).safeParse(value, { reportInput: true })
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues)
      context.issues.push({ ...issue, input: issue.input } as z.core.$ZodRawIssue)
    return z.NEVER
  })
