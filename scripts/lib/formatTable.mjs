/** Lines up rows (arrays of strings or numbers) under `columns`; a column whose name starts with `>` is right-aligned. */
export function formatTable(columns, rows) {
  const names = columns.map((name) => name.replace(/^>/, ''))
  const cells = [names, ...rows.map((row) => names.map((_, index) => String(row[index] ?? '')))]
  const widths = names.map((_, index) => Math.max(...cells.map((row) => row[index].length)))
  const align = (cell, index) =>
    columns[index].startsWith('>') ? cell.padStart(widths[index]) : cell.padEnd(widths[index])
  const line = (row) => row.map(align).join('  ').trimEnd()
  return [line(names), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.slice(1).map(line)].join('\n')
}
