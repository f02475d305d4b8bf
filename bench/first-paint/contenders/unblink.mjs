import { readFileSync } from 'node:fs'
import { fromRoot } from '../../../scripts/lib/fromRoot.mjs'
import { SLOT_SELECTOR, VARIANT_HTML } from '../page/renderPage.mjs'
import { FIRST_PARTY_PREFIX } from '../sites/hosts.mjs'

const RUNTIME = 'unblink.js'
const DAY_MS = 86_400_000

const decision = {
  slot: 'headline',
  experience: 'bench',
  variant: 'green',
  content: { html: VARIANT_HTML },
  reason: 'targeting_match',
}

/** The shape of `ProfileReply` in the protocol package. */
const replyToProfile = () => ({
  v: 1,
  manifest: 'bench-1',
  visitor: '01934f2a-0000-7000-8000-000000000001',
  generation: 3,
  audiences: ['returning'],
  attributes: {},
  decisions: [decision],
  expiresAt: Date.now() + DAY_MS,
})

/** The shape of `BatchReply`: everything is kept. */
const replyToBatch = ({ body }) => ({ v: 1, ok: JSON.parse(body).events.length, dup: 0, rej: [], next: 0 })

/** Does the built snippet read decisions of an earlier view? Until it does, there is no returning visitor to measure. */
const readsStorage = () => /localStorage/.test(readFileSync(fromRoot('packages/snippet/dist/boot.min.js'), 'utf8'))

/** Our SDK as a site would use it: the rendered snippet, and the built runtime at low priority. Needs a build. */
export async function createUnblink() {
  const { renderSnippet } = await import('@unblink/snippet')
  const files = { [RUNTIME]: readFileSync(fromRoot('packages/browser/dist', RUNTIME)) }
  const replies = [
    { path: /^\/v1\/p$/, wait: 'profile', body: replyToProfile },
    { path: /^\/v1\/e$/, wait: 20, body: replyToBatch },
  ]

  const renderHead = (site, { isFirstParty }) => {
    const { html } = renderSnippet({
      key: 'pk_bench',
      base: isFirstParty ? FIRST_PARTY_PREFIX : site.api,
      consent: { personalization: 'granted', analytics: 'granted' },
      slots: { headline: { selector: SLOT_SELECTOR, ...(site.deadlineMs ? { deadlineMs: site.deadlineMs } : {}) } },
    })
    return `${html}<script async src="${site.script(RUNTIME)}" fetchpriority="low"></script>`
  }
  const toContender = (contender) => ({
    kind: 'unblink',
    head: (site) => renderHead(site, contender),
    files,
    replies,
    ...contender,
  })

  return [
    toContender({ name: 'unblink', title: 'Unblink, another origin' }),
    toContender({ name: 'unblink-first-party', title: 'Unblink, the site’s own path', isFirstParty: true }),
    toContender({ name: 'unblink-runtime-late', title: 'Unblink, runtime 300 ms late', overrides: { libraryMs: 340 } }),
    toContender({
      name: 'unblink-runtime-never',
      title: 'Unblink, runtime never comes',
      overrides: { libraryFault: 'hanging' },
    }),
    toContender({
      name: 'unblink-returning',
      title: 'Unblink, returning visitor',
      isFirstParty: true,
      needsFirstVisit: true,
      skip: readsStorage() ? undefined : 'the snippet does not keep decisions for the next view yet',
    }),
  ]
}
