import { z } from 'zod'

/** Ids of slots, audiences, experiences and variants: safe in an attribute selector, may hold dots. */
export const id = z
  .string()
  .regex(/^[A-Za-z0-9][\w.:-]{0,99}$/, 'expected letters, digits and . _ : - (at most 100, a letter or digit first)')

/** Ids that become one step of a dotted path, so without dots. */
export const step = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,59}$/, 'expected letters, digits, _ and - (at most 60, a letter first, no dots)')

export const attributePath = z
  .string()
  .regex(/^[A-Za-z][\w-]*(\.[\w-]+)*$/, 'expected an attribute path like "intent.primary"')

/** 0 to 1. People think in percent, so the message does too. */
export const share = z
  .number()
  .min(0, 'expected a share from 0 to 1')
  .max(1, 'expected a share from 0 to 1 (0.5 for 50 percent)')

/** What the page would otherwise trip over: `querySelector` throws for a selector with an open bracket or quote. */
export const selector = z
  .string()
  .min(1, 'expected a CSS selector')
  .max(500)
  .refine((text) => /\S/.test(text) && isBalanced(text), 'expected a CSS selector; a bracket or quote is not closed')

function isBalanced(text: string): boolean {
  const open: string[] = []
  let quote = ''
  for (let index = 0; index < text.length; index++) {
    const sign = text[index]!
    if (sign === '\\') index++
    else if (quote) quote = sign === quote ? '' : quote
    else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '(' || sign === '[') open.push(sign === '(' ? ')' : ']')
    else if ((sign === ')' || sign === ']') && open.pop() !== sign) return false
  }
  return open.length === 0 && quote === ''
}
