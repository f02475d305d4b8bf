// Runs in Node and in the page alike.

const SLOTS = 10

const COUNTRIES = ['DE', 'AT', 'CH', 'FR', 'IT', 'ES', 'PL', 'NL']

/** The visitor of every run: in the first two parts of each audience, never in the third. */
export const ATTRIBUTES = {
  visits: { count: 7, daysSinceLast: 2 },
  geo: { country: 'DE', city: 'Berlin' },
  intent: { mortgage: 41, card: 12 },
  device: { type: 'desktop' },
}

const toSlot = (index) => `slot-${index % SLOTS}`

/** Three operators each, no two alike; the attributes that they ask for are the same few, as in real rules. */
const toCondition = (index) => ({
  'visits.count': { $gte: index % 7 },
  'geo.country': { $in: ['DE', COUNTRIES[index % 8], `X${index}`] },
  'intent.mortgage': { $gt: 100 + index },
})

const toJsonLogic = (index) => ({
  and: [
    { '>=': [{ var: 'visits.count' }, index % 7] },
    { in: [{ var: 'geo.country' }, ['DE', COUNTRIES[index % 8], `X${index}`]] },
    { '>': [{ var: 'intent.mortgage' }, 100 + index] },
  ],
})

const numbers = (count) => Array.from({ length: count }, (_, index) => index)

/** The dearest case: `count` experiences over ten slots of which none matches, so that every audience is evaluated to its end. */
export function createManifest(count) {
  const slots = Object.fromEntries(numbers(SLOTS).map((index) => [toSlot(index), {}]))
  const audiences = Object.fromEntries(numbers(count).map((index) => [`audience-${index}`, toCondition(index)]))
  const experiences = numbers(count).map((index) => ({
    id: `experience-${index}`,
    slot: toSlot(index),
    kind: 'personalization',
    priority: (index * 7) % 11,
    audience: `audience-${index}`,
    variants: [{ id: 'only', content: { text: `content ${index}` } }],
  }))
  // As it comes from the network: parsed, no object shared.
  return JSON.parse(JSON.stringify({ v: 1, version: 'bench', slots, audiences, experiences }))
}

/** The same conditions in each language. */
export const createConditions = (count) => JSON.parse(JSON.stringify(numbers(count).map(toCondition)))
export const createJsonLogic = (count) => JSON.parse(JSON.stringify(numbers(count).map(toJsonLogic)))
