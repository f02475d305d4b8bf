import { defineSite } from '@unblink/server'

export default defineSite({
  id: 'svelte-shop',
  keys: { browser: 'pk_svelte_shop' },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: {
    // Svelte renders these, so they wait for it; the deadline leaves it time.
    'home.hero': { defer: true, deadlineMs: 1500 },
    'home.offer': { defer: true, deadlineMs: 1500 },
    // An island, which waits for nothing but the decision.
    'city.note': {},
  },
  categories: { city: { paths: ['/city-bikes*'], intent: true } },
  audiences: {
    'rides-in-town': { 'intent.primary': 'city' },
    returning: { 'visits.count': { $gte: 2 } },
  },
  goals: { 'test-ride': {} },
  experiences: [
    {
      id: 'hero-city',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'rides-in-town',
      variants: [
        {
          id: 'commute',
          content: {
            component: 'RideHero',
            props: {
              kicker: 'For town',
              title: 'The eight o’clock ride, without the hurry',
              text: 'Three city bikes are on the stands this week. Take one to work and tell us in the evening.',
              to: '/city-bikes',
              action: 'See the city bikes',
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
          id: 'still-here',
          content: {
            html: '<div class="panel panel-samples"><h2>Still thinking?</h2><p>Keep one for a weekend. If it comes back muddy, we take that as a yes.</p><a class="button" href="/city-bikes">Borrow one</a></div>',
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
          id: 'lights',
          content: {
            html: '<div class="panel panel-welcome"><h2>Lights on us</h2><p>Front and rear, fitted before you leave, with any bike this month.</p><a class="button" href="/city-bikes">Start with a city bike</a></div>',
          },
        },
      ],
    },
    {
      id: 'note-wording',
      slot: 'city.note',
      kind: 'experiment',
      variants: [
        { id: 'control' },
        {
          id: 'by-height',
          content: {
            html: '<div class="note note-steps"><h2>Tell us how tall you are</h2><p>We put two sizes out for you, and the kettle on.</p></div>',
          },
        },
      ],
    },
  ],
})
