import { defineSite } from '@unblink/server'

interface Campaign {
  readonly tone: 'coffee' | 'bread' | 'garden'
  readonly kicker: string
  readonly title: string
  readonly text: string
  readonly action: string
}

/** A content for the component `Campaign` of src/parts/Campaign.tsx; types/unblink.d.ts says what it may hold. */
const toCampaign = (props: Campaign) => ({ component: 'Campaign', props: { ...props } })

const serverKey = process.env['UNBLINK_SERVER_KEY']

export default defineSite({
  id: 'react-shop',
  keys: { browser: 'pk_react_shop', ...(serverKey && { server: serverKey }) },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: {
    // Rendered by React: hidden until it is decided and the app is hydrated, for one and a half seconds at most.
    'home.hero': { defer: true, deadlineMs: 1_500 },
    // An island: plain HTML, so its variant need not wait for the app.
    'home.offer': {},
    'product.note': { defer: true, deadlineMs: 1_500, late: 'fade' },
  },
  categories: {
    coffee: { paths: ['/c/coffee', '/p/coffee-*'], intent: true },
    bread: { paths: ['/c/bread', '/p/bread-*'], intent: true },
    garden: { paths: ['/c/garden', '/p/garden-*'], intent: true },
  },
  audiences: {
    // What somebody says of themselves, and what they read about.
    coffee: { $or: [{ favourite: 'coffee' }, { 'intent.primary': 'coffee' }] },
    bread: { $or: [{ favourite: 'bread' }, { 'intent.primary': 'bread' }] },
    garden: { $or: [{ favourite: 'garden' }, { 'intent.primary': 'garden' }] },
    known: { $or: [{ favourite: { $exists: true } }, { 'intent.primary': { $exists: true } }] },
  },
  goals: { order: { holdings: ['order'] } },
  expose: ['favourite'],
  experiences: [
    {
      id: 'hero-coffee',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'coffee',
      variants: [
        {
          id: 'coffee',
          content: toCampaign({
            tone: 'coffee',
            kicker: 'For the first cup',
            title: 'Two minutes of quiet, well brewed',
            text: 'A dripper, a kettle that pours where you point it, and a cup with some weight.',
            action: 'See everything for coffee',
          }),
        },
      ],
    },
    {
      id: 'hero-bread',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'bread',
      variants: [
        {
          id: 'bread',
          content: toCampaign({
            tone: 'bread',
            kicker: 'For the weekend loaf',
            title: 'Flour, water, salt, and tools that last',
            text: 'Proof it in rattan, bake it in iron. The rest is patience.',
            action: 'See everything for bread',
          }),
        },
      ],
    },
    {
      id: 'hero-garden',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'garden',
      variants: [
        {
          id: 'garden',
          content: toCampaign({
            tone: 'garden',
            kicker: 'For the window sill',
            title: 'Herbs within arm’s reach of the pan',
            text: 'Pots that drain, a can that does not drip, and seeds that are hard to discourage.',
            action: 'See everything for the garden',
          }),
        },
      ],
    },
    {
      id: 'offer-known',
      slot: 'home.offer',
      kind: 'personalization',
      audience: 'known',
      variants: [
        {
          id: 'delivery',
          content: {
            html: '<p class="offer offer-known"><b>Your next parcel travels free.</b> Everything{{#favourite}} on the {{favourite}} shelf{{/favourite}} is delivered without a fee this week. <a href="/c/{{#favourite}}{{favourite}}{{/favourite}}{{^favourite}}coffee{{/favourite}}">Have a look</a></p>',
          },
        },
      ],
    },
    {
      id: 'note-known',
      slot: 'product.note',
      kind: 'personalization',
      audience: 'known',
      variants: [
        { id: 'free', content: { html: '<p class="note note-known">Delivered free, in three to five days.</p>' } },
      ],
    },
  ],
})
