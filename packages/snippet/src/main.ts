import type { BootConfig } from '@unblink/protocol'
import { boot } from './boot.ts'

/** Stands for the site's configuration; `renderSnippet` puts it in. */
declare const __CONFIG__: BootConfig

boot(__CONFIG__)
