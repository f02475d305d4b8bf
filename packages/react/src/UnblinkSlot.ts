import { findComponent } from '@unblink/browser/store'
import type { SlotName } from '@unblink/protocol'
import { createElement, Suspense, use, useLayoutEffect, useState } from 'react'
import type { HTMLAttributes, JSXElementConstructor, ReactNode } from 'react'
import { Guard } from './Guard.ts'
import type { SlotComponents } from './SlotComponents.ts'
import { SlotContext } from './SlotContext.ts'
import { useSlot } from './useSlot.ts'

/** Elements that may hold a `div`: others the parser would close before it. */
export type SlotTag =
  | 'article'
  | 'aside'
  | 'dd'
  | 'div'
  | 'figure'
  | 'footer'
  | 'form'
  | 'header'
  | 'li'
  | 'main'
  | 'nav'
  | 'section'
  | 'td'

interface BaseProps extends Omit<HTMLAttributes<HTMLElement>, 'children' | 'dangerouslySetInnerHTML'> {
  /** The slot's name in the site config. Once a page: of two with one name, the first is the slot. */
  readonly name: SlotName
  /** The slot's element. @default 'div' */
  readonly as?: SlotTag | undefined
  /** Components for this slot alone, beside those of the provider. @default none */
  readonly components?: SlotComponents | undefined
}

/** All other attributes go to the slot's element. */
export type UnblinkSlotProps = BaseProps &
  (
    | {
        /** The default. Kept up to date, out of sight, while a variant is shown. */
        readonly children?: ReactNode
        readonly html?: undefined
      }
    | {
        /**
         * The default as HTML, the same on the server and in the page: an island, whose variant need not wait for the app.
         * React makes it once and never looks into it again. It shows no components.
         */
        readonly html: string
        readonly children?: undefined
      }
  )

/**
 * A slot, with its default inside. With `children` it is declared with `defer: true` in the site config: hidden until it is
 * decided and React has hydrated it; then a content's component is rendered by React, and any other content placed in the
 * slot's element. With `html` it is declared without, and its variant is there before the app is.
 *
 * What it shows stays for as long as it is mounted. Give it a `key` of the route to have it decided anew there.
 */
export function UnblinkSlot({ name, as = 'div', components, html, children, ...attributes }: UnblinkSlotProps) {
  const [snapshot, ref, tell] = useSlot(name)
  // For good: a slot whose HTML React set again would lose what is placed in it.
  const [island] = useState(html === undefined ? html : { __html: html })
  const variant = findComponent<unknown>(name, snapshot, island ?? { ...use(SlotContext), ...components })
  useLayoutEffect(() => {
    if (!variant) tell(!snapshot.content)
  }, [name, snapshot])
  return createElement(as, {
    ...attributes,
    key: name,
    ref,
    'data-unblink': name,
    suppressHydrationWarning: !!island,
    dangerouslySetInnerHTML: island,
    // One child that always stays: what is placed in the slot replaces its children, and React has to find its own where
    // it left them (https://github.com/facebook/react/issues/11538).
    children: island
      ? undefined
      : createElement(
          'div',
          { style: { display: 'contents' } },
          variant
            ? createElement(
                Suspense,
                { fallback: children },
                createElement(
                  Guard,
                  { fallback: children, tell },
                  createElement(variant as JSXElementConstructor<object>, snapshot.content!.props),
                ),
              )
            : children,
        ),
  })
}
