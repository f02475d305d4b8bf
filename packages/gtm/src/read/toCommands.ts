import { isParams, type Params } from './readPush.ts'

/** What is given to `unblink.push()`. */
export type Command = readonly [name: string, ...values: unknown[]]

/** What is kept of an item, by the names that GA4 gives, so that a site's categories and attributes can be made of it. */
const KEPT = /^(item_(id|name|brand|category[2-5]?)|price|quantity)$/
/** An event has room for 16 KiB. */
const MAX_ITEMS = 20
const MAX_LENGTH = 100

const toItem = (given: Params) =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([name, value]) => KEPT.test(name) && value)
      .map(([name, value]) => [name, typeof value === 'number' ? value : String(value).slice(0, MAX_LENGTH)]),
  )

/** GA4 takes numbers, and shops send strings. */
function readWorth({ value, currency }: Params): { value?: number; currency?: string } {
  const number = Number(value)
  const code = String(currency).toUpperCase()
  // An empty text is 0 to the one and no number to the other, and `1,200` the other way about.
  const isNumber = number === parseFloat(value as string)
  return { ...(isNumber && { value: number }), ...(/^[A-Z]{3}$/.test(code) && { currency: code }) }
}

/**
 * What an event of the data layer means for Unblink. GA4's e-commerce events
 * (https://developers.google.com/analytics/devguides/collection/ga4/ecommerce) are known by their `items`, and the purchase by
 * its name, too. Nothing for any other.
 */
export function toCommands(name: string, params: Params): readonly Command[] {
  const { user, proof, attributes, goal, ecommerce } = params
  if (name === 'unblink.identify' && user) return [['identify', { user, proof }]]
  // The page's word only: a site that believes it makes attributes of this event's properties.
  if (name === 'unblink.attributes' && isParams(attributes)) return [['event', 'attributes', attributes]]
  if (name === 'unblink.conversion' && goal) return [['conversion', { goal, ...readWorth(params) }]]
  const sale = isParams(ecommerce) ? ecommerce : params
  const worth = readWorth(sale)
  const items = Array.isArray(sale['items']) && sale['items'].filter(isParams).slice(0, MAX_ITEMS).map(toItem)
  const commands: Command[] = items ? [['event', name, { ...worth, items }]] : []
  return name === 'purchase' ? [...commands, ['conversion', { goal: name, ...worth }]] : commands
}
