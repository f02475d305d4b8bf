// A file of its own, `unblink-panel.js`: it defines the element when it is loaded, by the command `panel` or by the page.
import { make } from './make.ts'
import { UnblinkPanel } from './UnblinkPanel.ts'

// A second copy of the file, or the page's own element of that name, must not fail.
if (!customElements.get('unblink-panel')) customElements.define('unblink-panel', UnblinkPanel)

/** Opens the page's panel; where it has none, one is put at its end that nothing else shows. */
export function openPanel(): void {
  let panel = document.querySelector<UnblinkPanel>('unblink-panel')
  if (!panel) {
    // What stands in the element takes the place of its button.
    panel = make('unblink-panel' as 'div', {}, make('span', { hidden: '' })) as unknown as UnblinkPanel
    document.body.append(panel)
  }
  panel.show()
}
