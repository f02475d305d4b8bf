import { defineShopTests } from '../support/vueAndSvelteTests.ts'

/** examples/vue-shop, in a development build: it has all of Vue's warnings. */
defineShopTests({
  framework: 'vue',
  note: 'green.note',
  link: 'Green tea',
  path: '/green-tea',
  button: ['Into the basket', 'In the basket'],
  counter: ['Cups poured: 0', 'Cups poured: 1'],
  prop: 'season',
  texts: {
    hero: ['Tea for slow mornings', 'The first flush is here'],
    offer: ['Delivered within three days', 'Ten per cent off your first tin'],
    note: ['Seventy-five degrees', 'Two minutes to a good cup'],
  },
  colours: {
    hero: [
      [36, 59, 47],
      [196, 88, 31],
    ],
    offer: [
      [176, 138, 82],
      [23, 94, 102],
    ],
    note: [
      [157, 187, 122],
      [53, 88, 154],
    ],
  },
})
