import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The page's half. The server's is compiled by tsc, like any other package here. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist/client',
    rollupOptions: {
      input: 'src/entryClient.tsx',
      // One name for good, so that the server need not look it up.
      output: { entryFileNames: 'assets/shop.js' },
    },
  },
})
