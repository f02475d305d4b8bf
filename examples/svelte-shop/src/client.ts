import { hydrate, mount } from 'svelte'
import Shop from './Shop.svelte'

const target = document.getElementById('app')!
const open = target.childElementCount > 0 ? hydrate : mount
open(Shop, { target, props: { path: location.pathname } })
