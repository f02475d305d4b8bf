import type { Boot } from '@unblink/protocol'
import { boot } from './boot.ts'

/** Stands for the site's configuration, a `BootInput`; `renderSnippet` puts it in. */
declare const __CONFIG__: Boot<Element, ChildNode>

boot(__CONFIG__)
