import { render } from '@unblink/decide/template'
import { MAX_ROTATION_CONTENTS, MAX_ROTATION_MS, MIN_ROTATION_MS, type Content } from '@unblink/protocol'
import { z } from 'zod'
import { check } from './check.ts'
import { json } from './json.ts'
import { selector } from './names.ts'
import { object } from './object.ts'

/** Largest content of one variant, in characters of JSON: a reply of 32 KiB has to carry it beside the rest. */
const MAX_CONTENT = 24 * 1024
const MAX_MORE = 20

const BODIES = ['text', 'html', 'template'] as const
/** What may stand beside the name of an action of the page's own. */
const BESIDE_ACTION: readonly string[] = ['action', 'target', 'props']

const label = z.string().min(1, 'expected a name for the button').max(100)

/** A string that may be a template: what `render` cannot read would leave the slot at its baseline. */
const template = z.string().check(
  check((text) => {
    if (!text.includes('{{')) return undefined
    try {
      render(text, {})
      return undefined
    } catch (error) {
      return `the template cannot be read: ${error instanceof Error ? error.message : String(error)}; close every section, and use only variables, sections and comments`
    }
  }),
)

/** Pages never run them, and Chromium 156 loses the tab over some while `setHTML` takes them off. */
const markup = template.check(
  check((html) => {
    const handler = /<[a-z][^>]*[\s"'](on[a-z]+)\s*=/i.exec(html)?.[1]
    return handler === undefined
      ? undefined
      : `the markup has "${handler}", which would run code and is never kept; give the element an id or a class and listen in the page`
  }),
)

const property = z
  .string()
  .regex(/^(--[\w-]+|-?[a-z][a-z-]*)$/, 'expected a CSS property by its name in style sheets, like "background-color"')

const tellTooLarge = (what: string, value: unknown) => {
  const size = JSON.stringify(value).length
  return size > MAX_CONTENT
    ? `${what} ${size} characters, at most ${MAX_CONTENT} fit into a reply; put it into the page as a <template> and name that`
    : undefined
}

/** What one action asks for that cannot go together. */
function findConflict(content: Content): string | undefined {
  const names = Object.keys(content).filter((name) => name !== 'more')
  const bodies = BODIES.filter((name) => content[name] !== undefined)
  if (names.length === 0)
    return content.more
      ? 'the content has only `more`; write its first action beside it'
      : 'the content is empty; leave `content` out to make this variant the control'
  if (content.redirect !== undefined && (names.length > 1 || content.more))
    return `a redirect leaves the page, so it stands alone; remove ${[...names, ...(content.more ? ['more'] : [])].filter((name) => name !== 'redirect').join(' and ')}`
  if (bodies.length > 1)
    return `only one of text, html and template can fill the slot, got ${bodies.join(' and ')}; remove one${bodies.length ? ' or give each its own action in `more`' : ''}`
  if (content.action !== undefined) {
    const others = names.filter((name) => !BESIDE_ACTION.includes(name))
    if (others.length > 0)
      return `an action of the page’s own stands alone on its target; move ${others.join(' and ')}, or the action, into \`more\``
  }
  if (content.component !== undefined && bodies.length > 0)
    return `a component fills the slot by itself; remove ${bodies[0]}`
  if (content.props && content.component === undefined && content.action === undefined)
    return '`props` are for a component or an action; name it in `component` or `action`'
  if (content.place && bodies.length === 0)
    return `"place" says where text, html or template goes; add one of them, or remove it`
  if (content.remove && content.target === undefined)
    return '`remove` takes its target out of the page; say which with `target`, a selector inside the slot'
  if (content.remove && names.length > 2)
    return `what is removed needs nothing else; leave out ${names.filter((name) => name !== 'remove' && name !== 'target').join(' and ')}`
  if (names.length === 1 && content.target !== undefined) return 'the content names a target and does nothing to it'
  return undefined
}

const address = template.refine((text) => {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  return text.trim() !== '' && (scheme === undefined || scheme === 'https' || scheme === 'http')
}, 'expected an http(s) address, or a path of this site like "/loans"')

const actionName = z
  .string("expected the name of an action, which the page gives by unblink.push('action', name, …)")
  .regex(
    /^[A-Za-z][\w-]{0,59}$/,
    'expected the name of an action: letters, digits, _ and - (at most 60, a letter first)',
  )

const action = {
  text: template.optional(),
  html: markup.optional(),
  template: z.string().min(1).optional(),
  attributes: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/i, 'expected the name of an attribute'), template)
    .check(
      check((attributes) => {
        const name = Object.keys(attributes).find((one) => /^on/i.test(one) || /^(style|src|srcset|class)$/i.test(one))
        if (name === undefined) return undefined
        return /^on/i.test(name)
          ? `"${name}" would run code; pages never set it from content`
          : `"${name}" has a member of its own in the content; write it there`
      }),
    )
    .optional(),
  class: z.string().min(1).optional(),
  style: z.record(property, z.string()).optional(),
  src: template.min(1).optional(),
  srcset: template.min(1).optional(),
  component: z.string().min(1).optional(),
  action: actionName.optional(),
  props: z.record(z.string(), json).optional(),
  target: selector.optional(),
  place: z.enum(['before', 'after', 'prepend', 'append']).optional(),
  remove: z.literal(true, 'expected true, or nothing').optional(),
  order: z.array(selector).min(1, 'expected at least one selector').max(50).optional(),
  redirect: address.optional(),
}

const further = object(action).check(
  check((content) => {
    const barred = ['redirect', 'component'].find((name) => name in content)
    if (barred) return `"${barred}" can only be the first action; move it out of \`more\``
    return findConflict(content as Content)
  }),
)

export const contentSchema = object({
  ...action,
  more: z.array(further).min(1, 'expected further actions, at least one').max(MAX_MORE).optional(),
}).check(check((content) => findConflict(content as Content) ?? tellTooLarge('the content has', content)))

/** What fills a slot and passes by without a trace. */
const ROTATING: readonly string[] = BODIES

const rotation = object({
  everyMs: z
    .number()
    .min(MIN_ROTATION_MS, `expected at least ${MIN_ROTATION_MS} ms, so that each content can be read`)
    .max(MAX_ROTATION_MS, `expected at most ${MAX_ROTATION_MS} ms`),
  contents: z
    .array(contentSchema)
    .min(1, 'expected the contents that follow `content`, at least one')
    .max(MAX_ROTATION_CONTENTS, `expected at most ${MAX_ROTATION_CONTENTS} contents after the first`),
  labels: object({ pause: label.optional(), play: label.optional(), next: label.optional() }).optional(),
})

export { rotation as rotationSchema }

/** Why these contents cannot follow one another in a slot. */
export function findRotationFault(contents: readonly object[]): string | undefined {
  const own = contents.flatMap((one) => Object.keys(one).filter((name) => !ROTATING.includes(name)))
  if (own.length > 0)
    return `contents that rotate fill the slot by text, html or template; ${[...new Set(own)].join(' and ')} would change the slot itself, so leave that out`
  return tellTooLarge('the contents that rotate have', contents)
}
