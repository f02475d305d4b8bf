import type { BootConfig } from '@unblink/protocol'
import { getRuntimeFile } from './getRuntimeFile.ts'
import { renderSnippet } from './renderSnippet.ts'

export interface HeadOptions extends BootConfig {
  /** Put on both elements, for pages whose policy uses nonces. A new one for every response. */
  readonly nonce?: string | undefined
  /** Address of the runtime. @default `<base>/unblink.js`, with a part of the integrity where there is one */
  readonly runtime?: string | undefined
  /**
   * What the runtime's file has to be, `sha384-…`: see `getIntegrity`. A page that says so refuses any other file, also that of
   * the next version. @default any file is taken
   */
  readonly integrity?: string | undefined
}

/** The attributes of the runtime's script element, as they are spelt in HTML. */
export interface RuntimeTag {
  readonly src: string
  readonly async: true
  /** Nothing that can be seen waits for it. */
  readonly fetchpriority: 'low'
  readonly integrity?: string
  /** Only for another origin: without it, such a file cannot be checked, and its errors are hidden. */
  readonly crossorigin?: 'anonymous'
  readonly nonce?: string
}

/** What belongs into a page's head, whole and in the parts that frameworks ask for. */
export interface Head {
  /** Both elements, to be put first into the head together. */
  readonly html: string
  /** The inline script's element. First in the head: what comes before it is asked for before the visitor's decisions are. */
  readonly snippetHtml: string
  /**
   * The runtime's element. Best last in the head: browsers ask for files in the order of their tags, and the first paint waits
   * for the page's styles and fonts, not for the runtime. Anywhere else it works as well.
   */
  readonly runtimeHtml: string
  /** The text of the inline script. */
  readonly script: string
  /** The inline script's Content-Security-Policy source: `'sha256-…'` with the quotes. */
  readonly hash: string
  readonly runtime: RuntimeTag
}

const escapeValue = (value: string) => value.replace(/&/g, '&amp;').replace(/"/g, '&quot;')

const renderAttributes = (attributes: object): string =>
  Object.entries(attributes)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escapeValue(String(value))}"`))
    .join('')

/** Renders the snippet and the runtime's tag. The same options give the same text. */
export function renderHead({ nonce, runtime, integrity, ...config }: HeadOptions): Head {
  const src = runtime ?? `${config.base}/${getRuntimeFile(integrity)}`
  const { html: snippetHtml, script, hash } = renderSnippet(config, nonce)
  const tag: RuntimeTag = {
    async: true,
    src,
    fetchpriority: 'low',
    ...(integrity ? { integrity } : {}),
    ...(/^(https?:)?\/\//i.test(src) ? { crossorigin: 'anonymous' as const } : {}),
    ...(nonce ? { nonce } : {}),
  }
  const runtimeHtml = `<script${renderAttributes(tag)}></script>`
  return { html: `${snippetHtml}\n${runtimeHtml}`, snippetHtml, runtimeHtml, script, hash, runtime: tag }
}
