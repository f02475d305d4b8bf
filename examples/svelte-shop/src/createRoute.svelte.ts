/**
 * The path of the page. Links to our own pages change it without a load, also those in variants, which Svelte does not
 * render: so the clicks are heard at the document.
 */
export function createRoute(path: string): { readonly current: string } {
  let current = $state(path)
  if (typeof window === 'object') {
    addEventListener('popstate', () => {
      current = location.pathname
    })
    addEventListener('click', (event) => {
      const link = event.target instanceof Element && event.target.closest('a')
      if (!link || link.origin !== location.origin || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      // First the address, then the page: the new slots belong to the new view.
      history.pushState(null, '', link.href)
      current = location.pathname
      scrollTo(0, 0)
    })
  }
  return {
    get current() {
      return current
    },
  }
}
