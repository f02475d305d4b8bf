import { start } from './start.ts'

const script = document.currentScript as HTMLScriptElement | null
const begin = () => {
  // Its other files are beside it, and only while it is evaluated is it known where that is.
  if (window.unblink) window.unblink.runtime ??= script?.src
  start()
}
// A snippet that is itself a file may come after us: `load` waits for both, and after it such a file calls us.
if (window.unblink?.v) begin()
else for (const type of ['load', 'unblink']) addEventListener(type, begin)
