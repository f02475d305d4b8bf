import { readFileSync } from 'node:fs'
import { defineSite } from '@unblink/server'

/** Drawings are shared with the pages, so that a variant shows the same picture as the page it leads to. */
const readDrawing = (name: string) => readFileSync(new URL(`./pages/parts/${name}.svg`, import.meta.url), 'utf8')

interface Banner {
  readonly tone: 'mortgage' | 'cards' | 'savings'
  readonly kicker: string
  readonly title: string
  readonly text: string
  readonly action: readonly [label: string, href: string]
  readonly link: readonly [label: string, href: string]
}

/** A whole hero banner: it replaces the children of the slot, so it has the same frame as the baseline in home.html. */
const toBanner = ({ tone, kicker, title, text, action, link }: Banner) => ({
  html: `<div class="banner banner-${tone}">
  <div class="banner-body">
    <p class="banner-kicker">${kicker}</p>
    <h1>${title}</h1>
    <p class="banner-text">${text}</p>
    <p class="actions"><a class="button" href="${action[1]}">${action[0]}</a> <a class="link" href="${link[1]}">${link[0]}</a></p>
  </div>
  <div class="banner-art">${readDrawing(`art-${tone}`)}</div>
</div>`,
})

const toOffer = (tone: Banner['tone'], title: string, text: string, [label, href]: Banner['link']) => ({
  html: `<div class="panel offer offer-${tone}">
  <div>
    <h2>${title}</h2>
    <p>${text}</p>
    <p class="actions"><a class="button" href="${href}">${label}</a></p>
  </div>
  ${readDrawing(`art-${tone}`)}
</div>`,
})

const toHelp = (title: string, text: string, links: readonly Banner['link'][]) => ({
  html: `<div class="panel panel-help">
  <h2>${title}</h2>
  <p>${text}</p>
  <ul class="links">${links.map(([label, href]) => `<li><a href="${href}">${label}</a></li>`).join('')}</ul>
</div>`,
})

/** A template: the visitor's own exposed attributes, escaped. */
const HELD = 'With us you have: {{#holdings}}<b class="held">{{.}}</b> {{/holdings}}'

const serverKey = process.env['UNBLINK_SERVER_KEY']

export default defineSite({
  id: 'bank',
  keys: { browser: 'pk_bank_demo', ...(serverKey && { server: serverKey }) },
  origins: [],
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: {
    'home.hero': { late: 'fade' },
    'home.promo': { late: 'keep' },
    'home.help': { late: 'next' },
    'home.offers': { late: 'fade' },
    'mortgages.adviser': { late: 'fade' },
    'apply.phone': { late: 'next' },
  },
  categories: {
    mortgage: { paths: ['/mortgages*', '/article*'], intent: true },
    cards: { paths: ['/cards*'], intent: true },
    savings: { paths: ['/savings*'], intent: true },
  },
  intents: { halfLifeHours: 168, minScore: 20 },
  audiences: {
    'wants-mortgage': { 'intent.primary': 'mortgage' },
    'wants-card': { 'intent.primary': 'cards' },
    'wants-savings': { 'intent.primary': 'savings' },
    'holds-mortgage': { holdings: { $in: ['mortgage'] } },
    'holds-card': { holdings: { $in: ['card'] } },
    'has-intent': { 'intent.primary': { $exists: true } },
    returning: { 'visits.count': { $gte: 2 } },
  },
  // One visitor in ten sees the defaults for good and is measured all the same: what all of this is worth.
  holdout: { share: 0.1, seed: 'bank-2026' },
  experiences: [
    {
      id: 'hero-mortgage',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'wants-mortgage',
      variants: [
        {
          id: 'mortgage',
          content: toBanner({
            tone: 'mortgage',
            kicker: 'Mortgages from 4.19%',
            title: 'The keys to a place of your own',
            text: 'Ten minutes with us, and you know what you can offer. One person stays with you until the door opens.',
            action: ['Get a decision in principle', '/apply'],
            link: ['Compare rates', '/mortgages'],
          }),
        },
      ],
    },
    {
      id: 'hero-cards',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'wants-card',
      variants: [
        {
          id: 'cards',
          content: toBanner({
            tone: 'cards',
            kicker: '0% on purchases for 12 months',
            title: 'A card that travels light',
            text: 'No yearly fee, no fee abroad, and a message for every payment before the receipt is printed.',
            action: ['Apply for a card', '/apply'],
            link: ['Compare the two cards', '/cards'],
          }),
        },
      ],
    },
    {
      id: 'hero-savings',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'wants-savings',
      variants: [
        {
          id: 'savings',
          content: toBanner({
            tone: 'savings',
            kicker: 'Savings up to 5.20%',
            title: 'Plant a little every month',
            text: 'Set a sum to move on pay day and let a year go by. You can start with a pound and change your mind at any time.',
            action: ['Open a savings account', '/apply'],
            link: ['See the accounts', '/savings'],
          }),
        },
      ],
    },
    {
      id: 'promo-returning',
      slot: 'home.promo',
      kind: 'personalization',
      priority: 10,
      audience: 'returning',
      variants: [
        {
          id: 'welcome-back',
          content: {
            html: `<div class="panel panel-promo panel-back">
  <div>
    <h2>Good to see you again</h2>
    <p>Still thinking it over? We call at a time that suits you: ten minutes, your questions first.</p>
    <p class="actions"><a class="button" href="/apply">Ask for a call</a></p>
  </div>
  ${readDrawing('art-call')}
</div>`,
          },
        },
      ],
    },
    {
      // Without content a variant is the control: the default, measured as an alternative of its own.
      id: 'promo-wording',
      slot: 'home.promo',
      kind: 'experiment',
      variants: [
        { id: 'control' },
        {
          id: 'no-forms',
          content: {
            html: `<div class="panel panel-promo panel-back">
  <div>
    <h2>Moving banks, without a form</h2>
    <p>Give us your old account number. Seven days later your salary, your rent and your evening are where they belong.</p>
    <p class="actions"><a class="button" href="/apply">Let us move it</a></p>
  </div>
  ${readDrawing('art-call')}
</div>`,
          },
        },
      ],
    },
    {
      id: 'help-mortgage',
      slot: 'home.help',
      kind: 'personalization',
      priority: 20,
      audience: 'holds-mortgage',
      variants: [
        {
          id: 'manage-mortgage',
          content: toHelp('Manage your mortgage', HELD, [
            ['Pay back a little more', '/mortgages#questions'],
            ['See today’s rates', '/mortgages#rates'],
            ['Talk to your adviser', '/apply'],
          ]),
        },
      ],
    },
    {
      id: 'help-card',
      slot: 'home.help',
      kind: 'personalization',
      priority: 10,
      audience: 'holds-card',
      variants: [
        {
          id: 'your-card',
          content: toHelp('Your card', HELD, [
            ['Freeze or thaw it', '/cards#safe'],
            ['See what it costs abroad', '/cards#compare'],
            ['Ask for a higher limit', '/apply'],
          ]),
        },
      ],
    },
    {
      id: 'offers-by-turns',
      slot: 'home.offers',
      kind: 'personalization',
      audience: 'has-intent',
      // What interests this visitor most comes first, then the second, then the third.
      rankBy: { 'all-three': ['intent.mortgage', 'intent.cards', 'intent.savings'] },
      variants: [
        {
          id: 'all-three',
          content: toOffer(
            'mortgage',
            'Borrow for a home',
            'Five years fixed from 4.19%, and one person who stays with you until the door opens.',
            ['See mortgage rates', '/mortgages'],
          ),
          rotation: {
            everyMs: 7_000,
            contents: [
              toOffer(
                'cards',
                'Pay without a fee',
                'No yearly fee, no fee abroad, and a message for every payment before the receipt is printed.',
                ['Compare the cards', '/cards'],
              ),
              toOffer(
                'savings',
                'Put a little away',
                'Up to 5.20% on what you save every month. Start with a pound, change your mind at any time.',
                ['See the accounts', '/savings'],
              ),
            ],
            labels: { pause: 'Pause the offers', play: 'Let the offers change', next: 'Next offer' },
          },
        },
      ],
    },
    {
      // Whoever reads the rates to the end, or for a while, may have a question that no page answers.
      id: 'adviser-hesitant',
      slot: 'mortgages.adviser',
      kind: 'personalization',
      when: [{ timeOnPageMs: 15_000 }, { scrollPercent: 75 }],
      // Asked twice is often enough, and "not now" means not now.
      cap: { impressions: 2, dismissals: 1, per: 'session' },
      variants: [
        {
          id: 'ten-minutes',
          content: {
            html: `<div class="panel panel-promo panel-back">
  <div>
    <h2>Still weighing it up?</h2>
    <p>So would we. Ten minutes on the phone, your numbers, no mark on your record, and nobody rings back unasked.</p>
    <p class="actions"><a class="button" href="/apply">Talk it through</a> <button type="button" class="later" data-unblink-dismiss>Not now</button></p>
  </div>
  ${readDrawing('art-call')}
</div>`,
          },
        },
      ],
    },
    {
      id: 'phone-open',
      slot: 'apply.phone',
      kind: 'personalization',
      schedule: { timeZone: 'Europe/London', days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], hours: ['08:00', '20:00'] },
      variants: [
        {
          id: 'now',
          content: { html: '<p class="notice"><b>The phones are open.</b> Write, and we ring you back today.</p>' },
        },
      ],
    },
  ],
  goals: { application: {} },
  expose: ['intent.primary', 'intent.mortgage', 'intent.cards', 'intent.savings', 'holdings', 'visits.count'],
  queryAllowList: ['utm_source', 'utm_medium', 'utm_campaign'],
})
