export const WIDTH = 1600

const STYLE = `
* { box-sizing: border-box; margin: 0 }
body { width: ${WIDTH}px; padding: 36px 40px 30px; color: #14253a; background: #fff;
  font: 24px/1.3 Arial, 'Liberation Sans', Helvetica, sans-serif }
section + section { margin-top: 34px }
header { display: flex; justify-content: space-between; align-items: baseline; margin-bottom: 16px }
h2 { font-size: 36px }
.fact { font-size: 28px }
.wrong { color: #c8102e }
.right { color: #14603f }
ol { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 14px; padding: 0; list-style: none }
.frame { width: 100%; aspect-ratio: var(--ratio); overflow: hidden; border-radius: 4px; outline: 1px solid #c3ccd6; outline-offset: 0 }
.frame img { display: block; width: 100% }
.is-wrong .frame { outline: 4px solid #c8102e }
.time { margin-top: 10px; font-weight: 700; font-size: 28px; font-variant-numeric: tabular-nums }
.state { font-size: 24px; color: #566577; white-space: nowrap }
.is-wrong .state { color: #c8102e }
footer { margin-top: 26px; font-size: 21px; color: #566577 }
`

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

const renderCell = ({ time, jpeg, state, isWrong }) => `
<li${isWrong ? ' class="is-wrong"' : ''}><div class="frame">${jpeg && `<img alt="" src="data:image/jpeg;base64,${jpeg}">`}</div>
<p class="time">${time} ms</p><p class="state">${escape(state)}</p></li>`

const renderRow = ({ title, fact, isWrong, cells }) => `
<section><header><h2>${escape(title)}</h2><p class="fact ${isWrong ? 'wrong' : 'right'}">${escape(fact)}</p></header>
<ol>${cells.map(renderCell).join('')}</ol></section>`

/**
 * The filmstrip as a page of `WIDTH` CSS pixels: a row for each view, its frames side by side with their times.
 * `ratio` is that of a whole frame, as CSS has it (`4 / 3`); a frame of an earlier window size is cut to it.
 */
export const renderFilmstrip = ({ rows, note, ratio }) =>
  `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main style="--ratio: ${ratio}">${rows.map(renderRow).join('')}</main><footer>${escape(note)}</footer>`
