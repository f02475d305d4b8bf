import { findComponent } from '@unblink/browser/store'
import type { SlotName } from '@unblink/protocol'
import { defineComponent, h, inject, onErrorCaptured, onMounted, onUpdated, shallowRef } from 'vue'
import type { Component, PropType } from 'vue'
import { COMPONENTS } from './components.ts'
import { useSlot } from './useSlot.ts'

/**
 * A slot; its default is what stands inside of it. Declare it with `defer: true` in the site config: it is hidden until it is
 * decided and the app is hydrated, and nothing in it changes before. Contents with a `component` are rendered by the plugin's
 * `components`; all others are placed without Vue, which keeps the default up to date out of sight.
 *
 * With `html` it is an island: its default is that HTML, always the same, and Vue never looks inside. Then leave `defer` out:
 * the variant may come before the app is hydrated. Islands show no components.
 *
 * Other attributes go to the slot's element. Mount it anew for each route (a `key`), or it keeps what it shows.
 */
export const UnblinkSlot = defineComponent({
  name: 'UnblinkSlot',
  props: {
    name: { type: String as PropType<SlotName>, required: true },
    /** Of the slot's element. */
    tag: { type: String, default: 'div' },
    html: String,
  },
  setup(props, { slots }) {
    const components = inject(COMPONENTS, {})
    const { snapshot, turn, getStore } = useSlot(() => props.name)
    const element = shallowRef<Element>()
    /** What the slot holds, which is behind the snapshot until Vue has updated it. */
    let rendered = snapshot.value
    let component: Component | undefined
    const tell = (isBroken?: boolean) => {
      const store = getStore()
      // Behind: what has changed is about to be rendered, and told then.
      if (!store || !element.value || rendered !== store.getSnapshot()) return
      store.ready(element.value, !rendered.content || (!!component && !isBroken))
    }
    onMounted(tell)
    onUpdated(tell)
    // A component that throws before it was shown: the default is better than a hole. The app's own handlers hear of it, too.
    onErrorCaptured(() => {
      if (component) tell(true)
    })
    return () => {
      rendered = snapshot.value
      const { html, name, tag } = props
      const own = { ref: element, key: name + turn.value, 'data-unblink': name, innerHTML: html }
      component = findComponent(name, rendered, html === undefined ? components : {})
      const children = component ? [h(component, rendered.content?.props)] : slots.default?.()
      // One child that always stays: the runtime replaces the slot's children, and Vue has to find its own where it left them.
      return h(tag, own, html === undefined ? [h('div', { style: 'display: contents' }, children)] : [])
    }
  },
})
