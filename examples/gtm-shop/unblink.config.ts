import { defineSite } from '@unblink/server'

interface Banner {
  readonly tone: 'boots' | 'tents' | 'jackets'
  readonly kicker: string
  readonly title: string
  readonly text: string
  readonly link: readonly [label: string, href: string]
}

/** A whole hero: the frame is that of the default in src/renderPages.ts, so that nothing has to move. */
const toBanner = ({ tone, kicker, title, text, link: [label, href] }: Banner) => ({
  html: `<div class="hero hero-${tone}"><p class="kicker">${kicker}</p><h1>${title}</h1><p>${text}</p><p><a class="button" href="${href}">${label}</a></p></div>`,
})

const toVariant = (banner: Banner) => ({
  id: `hero-${banner.tone}`,
  slot: 'home.hero' as const,
  kind: 'personalization' as const,
  audience: `wants-${banner.tone}` as const,
  variants: [{ id: banner.tone, content: toBanner(banner) }],
})

export default defineSite({
  id: 'gtm-shop',
  keys: { browser: 'pk_gtm_shop' },
  consent: { personalization: 'pending', analytics: 'pending' },
  slots: { 'home.hero': { late: 'fade' }, 'home.note': { late: 'keep' } },
  // By what the data layer calls them: the addresses of products say nothing.
  categories: {
    boots: { paths: [], items: ['Hiking boots', 'Trail shoes'], intent: true },
    tents: { paths: [], items: ['Tents'], intent: true },
    jackets: { paths: [], items: ['Jackets'], intent: true },
  },
  intents: { halfLifeHours: 168, minScore: 20 },
  audiences: {
    'wants-boots': { 'intent.primary': 'boots' },
    'wants-tents': { 'intent.primary': 'tents' },
    'wants-jackets': { 'intent.primary': 'jackets' },
    'has-intent': { 'intent.primary': { $exists: true } },
  },
  experiences: [
    toVariant({
      tone: 'boots',
      kicker: 'For the next long walk',
      title: 'Boots that are broken in before you are',
      text: 'Try them on stairs for thirty days. If they rub, they go back, mud and all.',
      link: ['See all boots', '/c/boots'],
    }),
    toVariant({
      tone: 'tents',
      kicker: 'Two people, one bag',
      title: 'A room that weighs less than a laptop',
      text: 'Up in four minutes, also by someone who has not read the instructions.',
      link: ['See all tents', '/c/tents'],
    }),
    toVariant({
      tone: 'jackets',
      kicker: 'Rain from the side',
      title: 'There is weather, and then there is you',
      text: 'Three layers, taped seams, and pockets that a glove finds.',
      link: ['See all jackets', '/c/jackets'],
    }),
    {
      id: 'note-wording',
      slot: 'home.note',
      kind: 'experiment',
      variants: [
        { id: 'control' },
        { id: 'plain', content: { html: '<p class="note">Free returns for thirty days.</p>' } },
      ],
    },
  ],
  goals: { purchase: {} },
  expose: ['intent.primary'],
})
