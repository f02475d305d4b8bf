import { Transform } from 'node:stream'
import { StrictMode } from 'react'
import { renderToPipeableStream } from 'react-dom/server'
import { StaticRouter } from 'react-router'
import { App } from './App.tsx'

export interface RenderOptions {
  /** Path of the page. */
  readonly path: string
  /** HTML before and after the app. */
  readonly before: string
  readonly after: string
}

/** Streams a page, from the moment on when React knows that it can be rendered. Rejects when it cannot. */
export function renderShop({ path, before, after }: RenderOptions): Promise<Transform> {
  const page = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush(done) {
      this.push(after)
      done()
    },
  })
  return new Promise((resolve, reject) => {
    const { pipe, abort } = renderToPipeableStream(
      <StrictMode>
        <StaticRouter location={path}>
          <App />
        </StaticRouter>
      </StrictMode>,
      {
        onShellReady() {
          page.write(before)
          pipe(page)
          resolve(page)
        },
        onShellError: reject,
        onError: (error) => console.error('[shop] A part of the page could not be rendered on the server.', error),
      },
    )
    page.on('error', () => abort())
  })
}
