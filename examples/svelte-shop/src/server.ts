import { render as renderComponent } from 'svelte/server'
import Shop from './Shop.svelte'

/** The page's HTML, for `#app`. */
export const render = async (path: string): Promise<string> => (await renderComponent(Shop, { props: { path } })).body
