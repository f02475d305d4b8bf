import { isObject, type CustomEvent, type Json, type JsonObject } from '@unblink/protocol'
import type { Site } from '../site/site.ts'

const LEVELS = ['item_category', 'item_category2', 'item_category3', 'item_category4', 'item_category5']
/** What names more is no longer about anything. */
const MAX_NAMES = 50

/** Those of GA4's events that show a list: it is about what all of its items have in common. */
const LISTS = ['view_item_list', 'view_promotion', 'select_promotion']
/** Those whose items nobody shows a new interest in: they are taken out, on their way to be paid, or bought. */
const WITHOUT_INTEREST = [
  'remove_from_cart',
  'view_cart',
  'add_shipping_info',
  'add_payment_info',
  'purchase',
  'refund',
]

const toList = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
const isText = (value: Json | undefined): value is string => typeof value === 'string'

function readItems(name: string, items: readonly Json[]): readonly string[] {
  if (WITHOUT_INTEREST.includes(name)) return []
  const lists = items.filter(isObject).map((item) => LEVELS.map((level) => (item as JsonObject)[level]).filter(isText))
  const all = [...new Set(lists.flat())]
  return LISTS.includes(name) ? all.filter((category) => lists.every((list) => list.includes(category))) : all
}

function isCalled(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase()
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted
}

/**
 * Ids of the categories that a custom event is about, by its properties: those whose id, or one of whose `items`, is named in
 * `props.category`, `props.categories`, or the `item_category` to `item_category5` of `props.items`, as GA4's e-commerce events
 * (https://developers.google.com/analytics/devguides/collection/ga4/ecommerce) name them. Capitals make no difference.
 */
export function getItemCategories(site: Site, { name: event, props = {} }: CustomEvent): string[] {
  const { category, categories, items } = props
  const named = [category, ...toList(categories)].filter(isText)
  const names = [...named, ...readItems(event, toList(items))]
    .slice(0, MAX_NAMES)
    .map((name) => name.trim().toLowerCase())
  return Object.keys(site.categories).filter((id) =>
    names.some((name) => [id, ...(site.categories[id]?.items ?? [])].some((pattern) => isCalled(pattern, name))),
  )
}
