import { getOwn, isObject } from '@unblink/protocol'
import type { Attributes, Content, Json, JsonObject } from '@unblink/protocol'
import { isList } from '../isList.ts'
import { render, type RenderOptions } from './render.ts'

/** How values get into the strings of each member; the members that are not here are no templates. */
const ADDRESS: RenderOptions = { escape: encodeURIComponent, allowUnsafe: true }
const PLAIN: RenderOptions = { escape: (text) => text }
const MEMBERS: Readonly<Record<string, RenderOptions>> = {
  text: PLAIN,
  html: {},
  attributes: PLAIN,
  src: ADDRESS,
  srcset: ADDRESS,
  redirect: ADDRESS,
  props: PLAIN,
}

/** All strings in it that are templates, filled. */
const fill = (value: Json, view: Attributes, options: RenderOptions): Json => {
  if (typeof value === 'string') return value.includes('{{') ? render(value, view, options) : value
  if (isList(value)) return value.map((item) => fill(item, view, options))
  return isObject(value) ? fillMembers(value, view, (name) => (name === 'href' ? ADDRESS : options)) : value
}

const fillMembers = (
  object: JsonObject,
  view: Attributes,
  getOptions: (name: string) => RenderOptions | undefined,
): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const options = getOptions(name)
      return [name, options ? fill(value, view, options) : value]
    }),
  )

/** What the snippet places by itself, or knows to leave to the runtime. */
const KNOWN_TO_SNIPPET = /^(text|html|template|attributes|class|component)$/

/** The snippet takes any other content of one member for a text; a second member, even an empty one, tells it otherwise. */
const withSign = (content: Content): Content => {
  const names = Object.keys(content)
  return names.length === 1 && !KNOWN_TO_SNIPPET.test(names[0]!) ? { ...content, more: [] } : content
}

/**
 * A content with the Mustache templates in its `text`, `html`, `attributes`, `src`, `srcset`, `redirect` and `props` filled
 * from `view`, and those of its `more` too. Values are escaped for the place they go to (see `Content`); strings without
 * `{{` stay as they are. Throws an Error for a template that `render` cannot read: the content is then not to be used.
 */
export const renderContent = ({ more, ...content }: Content, view: Attributes): Content =>
  withSign({
    ...(fillMembers(content, view, (name) => getOwn(MEMBERS, name) as RenderOptions | undefined) as Content),
    ...(more && { more: more.map((action) => renderContent(action, view)) }),
  })
