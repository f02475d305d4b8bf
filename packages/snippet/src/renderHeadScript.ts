import type { BootConfig } from '@unblink/protocol'
import { earlySource } from './bootSource.ts'
import { getRuntimeFile } from './getRuntimeFile.ts'
import { startTag, type TagRuntime } from './startTag.ts'
import { toBootCode } from './toBootCode.ts'
import { toInput } from './toInput.ts'
import { toScriptJson } from './toScriptJson.ts'

/**
 * The text of `unblink-head.js`, the whole head code as one file, for pages that may not hold inline scripts: the snippet with
 * the site's configuration, what tells of early clicks, and what fetches the runtime. The same input gives the same text.
 * @param config Without `ask`, which is another for every page; `earlyClicks` is always on.
 * @param integrity What the runtime has to be, `sha384-…`. @default any is taken
 */
export function renderHeadScript(config: Omit<BootConfig, 'ask'>, integrity?: string): string {
  const runtime: TagRuntime = { file: getRuntimeFile(integrity), ...(integrity ? { integrity } : {}) }
  // The first line is the compile hint, which counts only at the start of a file.
  const [, hint = '', snippet = ''] = /^(\/\/#.*\n)?([^]*)$/.exec(toBootCode(config)) ?? []
  const code = snippet.replace('__CONFIG__', 'config')
  // Comments and indentation, which no string of that function has, are not for pages.
  const start = startTag.toString().replace(/^\s*(\/[/*].*\n)?/gm, '')
  return `${hint};(${start})(${toScriptJson(toInput(config))},${toScriptJson(runtime)},(config)=>{${code};${earlySource}})\n`
}
