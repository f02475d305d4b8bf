/**
 * System colours follow light, dark and forced colours by themselves. No rule needs more than 24 pixels to be hit, and the
 * ring of the focus is the browser's own. So is the greatest height of the dialog: in `vh` it would reach behind the bars of
 * a phone's browser. What is longer scrolls behind the button that closes it.
 */
export const STYLE = `
:host { color-scheme: light dark }
:host([theme=light]) { color-scheme: light }
:host([theme=dark]) { color-scheme: dark }
button { font: inherit; min-height: 2.25em; padding: .25em .9em; cursor: pointer; color: ButtonText; background: ButtonFace;
  border: 1px solid ButtonBorder; border-radius: .4em }
dialog { box-sizing: border-box; width: min(34rem, 100vw - 2rem); overflow: auto; scroll-padding-bottom: 5rem;
  padding: 1.25rem 1.5rem 0; border: 1px solid GrayText; border-radius: .75rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--unblink-panel-color, CanvasText); background: var(--unblink-panel-background, Canvas); text-align: start }
dialog::backdrop { background: rgb(0 0 0 / .5) }
h2 { font-size: 1.25rem; margin: 0 0 .75rem }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem }
p, dl, dd { margin: 0 }
dt { font-weight: 600; margin-top: .5rem }
.row { display: flex; gap: 1rem; align-items: center; justify-content: space-between }
.end { position: sticky; bottom: 0; background: inherit; text-align: end; margin-top: .5rem; padding: .75rem 0 1.25rem }
[role=switch] { flex: none; width: 3.25rem; padding: .2rem; border-radius: 2rem; text-align: start }
[role=switch]::before { content: ''; display: block; width: 1.5rem; height: 1.5rem; border-radius: 50%; background: currentColor }
[role=switch][aria-checked=true] { color: HighlightText; background: Highlight; border-color: Highlight }
[role=switch][aria-checked=true]::before { margin-inline-start: auto }
[role=switch][aria-disabled=true] { cursor: default; opacity: .6 }
`
