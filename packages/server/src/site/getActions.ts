import type { Variant } from '@unblink/protocol'

/** The names of the page's own actions that these variants need, each once and in the order of the alphabet. */
export const getActions = (variants: readonly Pick<Variant, 'content'>[]): readonly string[] =>
  [
    ...new Set(
      variants.flatMap(({ content }) =>
        content ? [content, ...(content.more ?? [])].flatMap(({ action }) => action ?? []) : [],
      ),
    ),
  ].sort()
