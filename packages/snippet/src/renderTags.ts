import { renderHead, type HeadOptions } from './renderHead.ts'

/** The block that goes first into a page's head, as HTML: the snippet and the runtime's tag. */
export const renderTags = (options: HeadOptions): string => renderHead(options).html
