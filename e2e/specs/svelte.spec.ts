import { defineShopTests } from '../support/vueAndSvelteTests.ts'

/** examples/svelte-shop, in a development build: it has all of Svelte's warnings. */
defineShopTests({
  framework: 'svelte',
  note: 'city.note',
  link: 'City bikes',
  path: '/city-bikes',
  button: ['Book a test ride', 'See you then'],
  counter: ['Rung: 0', 'Rung: 1'],
  prop: 'kicker',
  texts: {
    hero: ['Bicycles for people who carry things', 'The eight o’clock ride, without the hurry'],
    offer: ['A free check after 300 kilometres', 'Lights on us'],
    note: ['Which size?', 'Tell us how tall you are'],
  },
  colours: {
    hero: [
      [34, 48, 92],
      [184, 80, 31],
    ],
    offer: [
      [159, 144, 212],
      [28, 107, 74],
    ],
    note: [
      [240, 196, 106],
      [122, 47, 99],
    ],
  },
})
