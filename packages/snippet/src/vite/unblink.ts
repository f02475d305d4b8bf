import { injectHead } from '../injectHead.ts'
import { insertFirst } from '../insertFirst.ts'
import { renderHead, type HeadOptions } from '../renderHead.ts'

/** A page of a build has one text for all visitors, so it can have no nonce. */
export interface UnblinkPluginOptions extends Omit<HeadOptions, 'nonce'> {
  /**
   * Where the Unblink server runs during development, `http://127.0.0.1:4700`: Vite's own server passes `base` on to it.
   * @default nothing is passed on
   */
  readonly server?: string | undefined
  /**
   * A Content-Security-Policy that built pages get as a `<meta>` before the snippet; `{hash}` in it becomes the snippet's:
   * `"script-src 'self' {hash}"`. Pages of the development server get none, since Vite has inline scripts of its own there.
   * @default none
   */
  readonly csp?: string | undefined
  /** Called once for each build and development server with the snippet's `'sha256-…'`, for a policy that is set elsewhere. */
  readonly onHash?: ((hash: string) => void) | undefined
}

interface EmittedFile {
  readonly type: string
  readonly fileName: string
  source?: unknown
}

/** The parts of a plugin that Vite and Rollup call; both take it as one of theirs. */
export interface UnblinkPlugin {
  readonly name: 'unblink'
  config(): object
  configResolved(config: { readonly command: string }): void
  buildStart(): void
  readonly transformIndexHtml: {
    readonly order: 'post'
    handler(html: string): string
  }
  readonly generateBundle: {
    readonly order: 'post'
    handler(options: unknown, bundle: Record<string, object>): void
  }
}

const escapeValue = (value: string) => value.replace(/&/g, '&amp;').replace(/"/g, '&quot;')

/** Vite's `server.proxy`: the base is cut off, the visitor's own host stays, so that it is one and the same origin. */
const toProxy = (base: string, target: string) => ({
  [base]: {
    target,
    changeOrigin: false,
    rewrite: (path: string) => path.slice(base.length) || '/',
  },
})

/**
 * A plugin for Vite and Rollup that puts the snippet and the runtime's tag first into the head of every HTML page, in
 * development and in builds. Throws when `csp` has no place for the hash, because the page would refuse its own snippet.
 */
export function unblink({ server, csp, onHash, ...options }: UnblinkPluginOptions): UnblinkPlugin {
  const { script, hash } = renderHead(options)
  if (csp !== undefined && !csp.includes('{hash}'))
    throw new Error(
      `[unblink] csp: "${csp}" has no {hash}, so pages would refuse the snippet. Write {hash} among the sources of script-src.`,
    )
  let isBuild = true
  const inject = (html: string) => {
    if (html.includes(script)) return html
    const page = injectHead(html, options)
    if (csp === undefined || !isBuild) return page
    const policy = escapeValue(csp.replaceAll('{hash}', hash))
    return insertFirst(page, `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
  }
  return {
    name: 'unblink',
    config: () =>
      server === undefined || !options.base.startsWith('/') ? {} : { server: { proxy: toProxy(options.base, server) } },
    configResolved({ command }) {
      isBuild = command === 'build'
    },
    buildStart() {
      onHash?.(hash)
    },
    // After Vite and all other plugins: what they put first would run before the snippet.
    transformIndexHtml: { order: 'post', handler: inject },
    // Rollup alone, whose pages are files that another plugin has emitted.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle) as EmittedFile[]) {
          if (file.type !== 'asset' || !file.fileName.endsWith('.html')) continue
          const html =
            typeof file.source === 'string' ? file.source : new TextDecoder().decode(file.source as Uint8Array)
          file.source = inject(html)
        }
      },
    },
  }
}
