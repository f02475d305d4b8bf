import { renderHead, type HeadOptions } from './renderHead.ts'

/** The block that goes first into a page's head, as HTML: the snippet and the runtime's tag. `injectHead` puts each where it is best. */
export const renderTags = (options: HeadOptions): string => renderHead(options).html
