/** The live view's style sheet. */
export const livePageStyle = `
:root {
  color-scheme: light dark;
  --page: #f1f3f6; --card: #fff; --ink: #17202c; --quiet: #566273; --line: #dbe1e8; --soft: #eef1f5; --accent: #2457c5;
  --good: #14713f; --warn: #8a5300; --bad: #b3261e; --slot: #c2410c;
  --view: #2457c5; --shown: #14713f; --moved: #566273; --acted: #8b2fa8; --won: #8a5300; --failed: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c; --card: #18202a; --ink: #e7ecf2; --quiet: #a3b0c0; --line: #2d3846; --soft: #222c38; --accent: #8fb2ff;
    --good: #6fd39b; --warn: #f0b95b; --bad: #ff9a92; --slot: #ff9d66;
    --view: #8fb2ff; --shown: #6fd39b; --moved: #a3b0c0; --acted: #dd9bf0; --won: #f0b95b; --failed: #ff9a92;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; color: var(--ink); background: var(--page); font: 15px/1.5 -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
h1, h2, p, ul, ol, dl, dd, pre { margin: 0; padding: 0; }
h1 { font-size: 1.15rem; letter-spacing: -.01em; }
h2 { font-size: 1rem; }
ul, ol { list-style: none; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
button { padding: 6px 14px; border: 1px solid var(--line); border-radius: 8px; color: inherit; background: var(--card); font: inherit; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:disabled { color: var(--quiet); cursor: default; }
code, pre, .mono { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; font-size: .87em; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px; padding: 12px 24px; border-bottom: 1px solid var(--line); background: var(--card); }
.top .space { flex: 1; }
.status { display: inline-flex; align-items: center; gap: 8px; color: var(--quiet); }
.status::before { content: ''; width: 10px; height: 10px; border-radius: 50%; background: var(--quiet); }
.status[data-state='live'] { color: var(--good); }
.status[data-state='live']::before { background: var(--good); }
.status[data-state='lost'] { color: var(--bad); }
.status[data-state='lost']::before { background: var(--bad); }
.grid { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 20px; max-width: 1500px; margin: 0 auto; padding: 20px 24px 48px; align-items: start; }
.column { display: grid; grid-template-columns: minmax(0, 1fr); gap: 20px; }
.card { padding: 18px 20px; border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
.card > h2 { margin-bottom: 12px; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 4px 16px; margin-bottom: 12px; }
.quiet { color: var(--quiet); }
.empty { max-width: 40rem; margin: 48px auto; padding: 40px; text-align: center; }
.empty h2 { font-size: 1.4rem; }
.empty p { margin-top: 10px; color: var(--quiet); }
.stream { border-top: 1px solid var(--line); }
.stream li { border-bottom: 1px solid var(--line); }
.stream summary { display: grid; grid-template-columns: 6.2em 6.6em minmax(0, 1fr); gap: 12px; align-items: baseline; padding: 7px 4px; cursor: pointer; list-style: none; }
.stream summary::-webkit-details-marker { display: none; }
.stream summary:hover { background: var(--soft); }
.stream time { color: var(--quiet); font-variant-numeric: tabular-nums; }
.stream .what { overflow-wrap: anywhere; }
.stream .where { color: var(--quiet); }
.stream pre { overflow: auto; max-height: 320px; padding: 12px 14px; margin: 2px 0 12px; border-radius: 8px; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.type { font-weight: 600; color: var(--moved); }
.type-page_view { color: var(--view); }
.type-exposure, .type-rotation { color: var(--shown); }
.type-interaction, .type-custom, .type-attributes { color: var(--acted); }
.type-conversion { color: var(--won); }
.type-error { color: var(--failed); }
.calm .type-row-pointer, .calm .type-row-scroll, .calm .type-row-engagement { display: none; }
.new { animation: arrive 1.2s ease-out; }
@keyframes arrive { from { background: color-mix(in srgb, var(--accent) 22%, transparent); } }
.facts { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; }
.facts dt { color: var(--quiet); font-size: .87rem; }
.facts dd { font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.bars { display: grid; gap: 10px; }
.bar { display: grid; grid-template-columns: 7.5em minmax(0, 1fr) 7.5em; gap: 12px; align-items: center; }
.bar .number { text-align: right; font-variant-numeric: tabular-nums; }
.rail { height: 14px; border-radius: 7px; background: var(--soft); overflow: hidden; }
.fill { height: 100%; border-radius: 7px; background: var(--accent); transition: width .4s ease-out; }
.first .name { font-weight: 700; }
.first .fill { background: var(--shown); }
.chips { display: flex; flex-wrap: wrap; gap: 8px; }
.chip { padding: 2px 11px; border-radius: 999px; background: var(--soft); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; }
.pair h3 { margin: 0 0 8px; font-size: .87rem; font-weight: 400; color: var(--quiet); }
.trail-box { display: grid; gap: 10px; }
.trail-box .chip::before { content: ''; display: inline-block; width: 9px; height: 9px; margin-right: 7px; border-radius: 50%; background: var(--slot); }
.trail { display: block; width: 100%; max-height: 340px; border: 1px solid var(--line); border-radius: 8px; background: var(--soft); }
.trail polyline { fill: none; stroke: var(--quiet); stroke-width: 1.5; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.trail circle { fill: var(--quiet); }
.trail .over { fill: var(--slot); }
.trail .last { fill: var(--accent); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.scroller { overflow-x: auto; }
th, td { padding: 6px 12px 6px 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--quiet); font-size: .87rem; font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.outcome { font-weight: 600; }
.outcome-variant { color: var(--good); }
.outcome-late, .outcome-timeout, .outcome-blocked { color: var(--warn); }
.outcome-error { color: var(--bad); }
@media (min-width: 1001px) {
  .column:first-child { position: sticky; top: 20px; }
  .stream { overflow: auto; max-height: calc(100vh - 170px); }
}
@media (max-width: 1000px) {
  .grid { grid-template-columns: minmax(0, 1fr); padding: 16px; }
  .column-profile { order: -1; }
}
@media (max-width: 560px) {
  .top { padding: 12px 16px; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .pair { grid-template-columns: 1fr; }
  .bar { grid-template-columns: 5.5em minmax(0, 1fr) 6em; }
  .stream summary { grid-template-columns: 6em minmax(0, 1fr); gap: 2px 10px; }
  .stream .what { grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: reduce) {
  .new { animation: none; }
  .fill { transition: none; }
}
`
