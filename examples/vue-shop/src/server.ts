import { renderToString } from '@vue/server-renderer'
import { createShopApp } from './createShopApp.ts'

/** The page's HTML, for `#app`. */
export const render = (path: string): Promise<string> => renderToString(createShopApp(path, true))
