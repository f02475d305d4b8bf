import type { ComponentName, ComponentProps } from '@unblink/protocol'
import type { JSXElementConstructor } from 'react'

/**
 * The components that contents may ask for, by name. Once the site's own are known to the type checker (`KnownSite` of
 * `@unblink/protocol`), names and props have to fit them; until then any will do.
 */
export type SlotComponents = string extends ComponentName
  ? Readonly<Record<string, JSXElementConstructor<never>>>
  : { readonly [Name in ComponentName]?: JSXElementConstructor<ComponentProps<Name>> }
