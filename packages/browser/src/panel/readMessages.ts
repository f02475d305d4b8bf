import { ENGLISH, type PanelMessages } from './messages.ts'

type Given = Partial<Record<keyof PanelMessages, unknown>>

function parse(json: string | null | undefined): Given {
  try {
    const value: unknown = JSON.parse(json || '{}')
    return typeof value === 'object' && value ? value : {}
  } catch {
    console.warn('[unblink] The messages of unblink-panel are no JSON, so it speaks English.')
    return {}
  }
}

const isTexts = (value: unknown): value is Record<string, string> => typeof value === 'object' && value !== null

/**
 * What a panel says: English, over it a `<script type="application/json">` in the element, over that the attribute `messages`
 * (JSON as well), over that single attributes, `text-title` for `title`.
 */
export function readMessages(element: Element): PanelMessages {
  const script = element.querySelector('script[type="application/json"]')
  const given = { ...parse(script?.textContent), ...parse(element.getAttribute('messages')) }
  const texts = Object.entries(ENGLISH).map(([name, english]: [string, unknown]) => {
    const own = given[name as keyof PanelMessages]
    if (typeof english !== 'string') return [name, isTexts(own) ? own : {}]
    // Attributes of HTML are in lower case.
    return [name, element.getAttribute(`text-${name.toLowerCase()}`) ?? (typeof own === 'string' ? own : english)]
  })
  // Every member of English, and of the same kind.
  const messages: unknown = Object.fromEntries(texts)
  return messages as PanelMessages
}
