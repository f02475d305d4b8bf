import { ref, type Ref } from 'vue'

/**
 * The path of the page. Links to our own pages change it without a load, also those in variants, which Vue does not render:
 * so the clicks are heard at the document.
 */
export function createRoute(path: string): Readonly<Ref<string>> {
  const route = ref(path)
  if (typeof window === 'undefined') return route
  addEventListener('popstate', () => (route.value = location.pathname))
  addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest('a')
    if (!link || link.origin !== location.origin || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    // First the address, then the page: the new slots belong to the new view.
    history.pushState(null, '', link.href)
    route.value = location.pathname
    scrollTo(0, 0)
  })
  return route
}
