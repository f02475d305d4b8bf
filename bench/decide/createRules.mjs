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

const LANGUAGES = { mongo: toCondition, 'json-logic': toJsonLogic }

const createList = (count, toItem) => Array.from({ length: count }, (_, index) => toItem(index))

// As it comes from the network: parsed, no object shared.
const parse = (value) => JSON.parse(JSON.stringify(value))

/** Conditions alone, in one of the languages. */
export const createConditions = (count, language) => parse(createList(count, LANGUAGES[language]))

/**
 * `count` experiences over ten slots, which take turns with so many audiences. None matches, so that no experience wins and
 * each audience is evaluated to its end. The dearest case is the default: an audience for each that no other has.
 */
export function createManifest(count, language, audienceCount = count) {
  const slots = Object.fromEntries(createList(SLOTS, (index) => [toSlot(index), {}]))
  const toAudience = (index) => `audience-${index}`
  const audiences = Object.fromEntries(
    createList(Math.min(count, audienceCount), (index) => [toAudience(index), LANGUAGES[language](index)]),
  )
  const experiences = createList(count, (index) => ({
    id: `experience-${index}`,
    slot: toSlot(index),
    kind: 'personalization',
    priority: (index * 7) % 11,
    audience: toAudience(index % audienceCount),
    variants: [{ id: 'only', content: { text: `content ${index}` } }],
  }))
  return parse({ v: 1, version: 'bench', slots, audiences, experiences })
}
