import react from '@vitejs/plugin-react'
import type { BootConfig } from '@unblink/protocol'
import { renderSnippet } from '@unblink/snippet'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

export interface Refreshing {
  readonly url: string
  /** Changes the file that renders the slot; the page takes the change over without being loaded anew. */
  edit(from: string, to: string): Promise<void>
  close(): Promise<void>
}

const APP = `import { UnblinkProvider, UnblinkSlot } from '@unblink/react'
import { useState } from 'react'

const components = { Banner: ({ title }) => <div className="variant"><h2>{title}</h2></div> }

export function App() {
  const [count, setCount] = useState(0)
  return (
    <UnblinkProvider components={components} runtime={() => import('@unblink/browser')}>
      <button id="count" onClick={() => setCount(count + 1)}>Clicked {count}</button>
      <p id="text">first text</p>
      <UnblinkSlot name="hero" as="section"><div className="baseline">Default</div></UnblinkSlot>
    </UnblinkProvider>
  )
}
`

const MAIN = `import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.jsx'
createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>)
`

/** An app in Vite's development server, whose profile requests go to `server`. */
export async function startRefreshing(server: string, config: BootConfig): Promise<Refreshing> {
  const results = fileURLToPath(new URL('../../results/', import.meta.url))
  await mkdir(results, { recursive: true })
  // Beside the specs, so that the packages which it imports are found.
  const root = await mkdtemp(join(results, 'refresh-'))
  const file = join(root, 'App.jsx')
  await writeFile(file, APP)
  await writeFile(join(root, 'main.jsx'), MAIN)
  await writeFile(
    join(root, 'index.html'),
    `<!doctype html><html><head><meta charset="utf-8"><title>Refresh</title><link rel="icon" href="data:,">${renderSnippet(config).html}</head>
<body><div id="root"></div><script type="module" src="/main.jsx"></script></body></html>`,
  )
  const { origin, pathname } = new URL(server)
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(root, 'cache'),
    plugins: [react()],
    // So that no second round of bundling reloads the page in the middle of a test.
    optimizeDeps: {
      include: ['@unblink/react', '@unblink/browser', 'react', 'react-dom/client', 'react/jsx-dev-runtime'],
    },
    server: {
      port: 0,
      host: '127.0.0.1',
      proxy: { '/u': { target: origin, rewrite: (path) => pathname + path.slice(1) } },
    },
  })
  await vite.listen()
  const { port } = vite.httpServer!.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async edit(from, to) {
      const text = await readFile(file, 'utf8')
      if (!text.includes(from)) throw new Error(`The app does not say "${from}".`)
      await writeFile(file, text.replace(from, to))
    },
    async close() {
      await vite.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}
