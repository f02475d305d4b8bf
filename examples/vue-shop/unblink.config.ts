import { defineSite } from '@unblink/server'

export default defineSite({
  id: 'vue-shop',
  keys: { browser: 'pk_vue_shop' },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: {
    // Vue renders these, so they wait for it; the deadline leaves it time.
    'home.hero': { defer: true, deadlineMs: 1500 },
    'home.offer': { defer: true, deadlineMs: 1500 },
    // An island, which waits for nothing but the decision.
    'green.note': {},
  },
  categories: { green: { paths: ['/green-tea*'], intent: true } },
  audiences: {
    'likes-green': { 'intent.primary': 'green' },
    returning: { 'visits.count': { $gte: 2 } },
  },
  goals: { basket: {} },
  experiences: [
    {
      id: 'hero-green',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'likes-green',
      variants: [
        {
          id: 'first-flush',
          content: {
            component: 'SeasonHero',
            props: {
              season: 'Spring',
              title: 'The first flush is here',
              text: 'Picked three weeks ago, still tasting of rain. Forty tins, and then a year of waiting.',
              to: '/green-tea',
              action: 'See the green teas',
            },
          },
        },
      ],
    },
    {
      id: 'offer-returning',
      slot: 'home.offer',
      kind: 'personalization',
      priority: 10,
      audience: 'returning',
      variants: [
        {
          id: 'samples',
          content: {
            html: '<div class="panel panel-samples"><h2>Good to see you again</h2><p>Three samples of your choice go into the next parcel, on the house.</p><a class="button" href="/green-tea">Choose them</a></div>',
          },
        },
      ],
    },
    {
      id: 'offer-welcome',
      slot: 'home.offer',
      kind: 'personalization',
      variants: [
        {
          id: 'ten-percent',
          content: {
            html: '<div class="panel panel-welcome"><h2>Ten per cent off your first tin</h2><p>And a strainer, because leaves want room.</p><a class="button" href="/green-tea">Start with green</a></div>',
          },
        },
      ],
    },
    {
      id: 'note-wording',
      slot: 'green.note',
      kind: 'experiment',
      variants: [
        { id: 'control' },
        {
          id: 'steps',
          content: {
            html: '<div class="note note-steps"><h2>Two minutes to a good cup</h2><p>Boil, wait five minutes, pour, count to ninety.</p></div>',
          },
        },
      ],
    },
  ],
})
