/** Rises only. With a label, one number for each of its values; whoever counts chooses the values, never a page. */
export interface Counter {
  add(amount?: number, value?: string): void
  /** Of one label value, or of the whole counter. */
  get(value?: string): number
}

/** Counts what it observes into buckets, so that any quantile over any time can be worked out from two readings. */
export interface Histogram {
  observe(value: number): void
}

/** Metrics in the text format of Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Registry {
  /** `label` names what the counter is split by; `values` are there with 0 from the start, so that alarms see them. */
  counter(name: string, help: string, label?: string, values?: readonly string[]): Counter
  /**
   * `read` is called at each reading; a record gives one number for each value of `label`. What only rises is told to be a
   * counter: its name ends with `_total`.
   */
  gauge(name: string, help: string, read: () => number): void
  gauge(name: string, help: string, read: () => Readonly<Record<string, number>>, label: string): void
  /** `bounds`: upper bounds of the buckets, rising. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram
  format(): string
}

const escapeHelp = (text: string) => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
const escapeValue = (text: string) => escapeHelp(text).replace(/"/g, '\\"')

const formatLine = (name: string, value: number, label = '', of = '') =>
  `${name}${label ? `{${label}="${escapeValue(of)}"}` : ''} ${value}`

export function createRegistry(): Registry {
  const writers: (() => string)[] = []
  const add = (name: string, type: string, help: string, write: () => readonly string[]) =>
    writers.push(() => [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...write(), ''].join('\n'))

  return {
    counter(name, help, label, values = label === undefined ? [''] : []) {
      const counts = new Map(values.map((value) => [value, 0]))
      add(name, 'counter', help, () => [...counts].map(([value, count]) => formatLine(name, count, label, value)))
      return {
        add(amount = 1, value = '') {
          counts.set(value, (counts.get(value) ?? 0) + amount)
        },
        get(value) {
          if (value !== undefined) return counts.get(value) ?? 0
          return [...counts.values()].reduce((sum, count) => sum + count, 0)
        },
      }
    },
    gauge(name: string, help: string, read: () => number | Readonly<Record<string, number>>, label?: string) {
      add(name, name.endsWith('_total') ? 'counter' : 'gauge', help, () => {
        const value = read()
        if (typeof value === 'number') return [formatLine(name, value)]
        return Object.entries(value).map(([of, one]) => formatLine(name, one, label, of))
      })
    },
    histogram(name, help, bounds) {
      const counts = new Array<number>(bounds.length + 1).fill(0)
      let sum = 0
      add(name, 'histogram', help, () => {
        let total = 0
        const lines = counts.map((count, index) =>
          formatLine(`${name}_bucket`, (total += count), 'le', String(bounds[index] ?? '+Inf')),
        )
        return [...lines, formatLine(`${name}_sum`, sum), formatLine(`${name}_count`, total)]
      })
      return {
        observe(value) {
          let index = 0
          while (index < bounds.length && value > bounds[index]!) index++
          counts[index]!++
          sum += value
        },
      }
    },
    format: () => writers.map((write) => write()).join(''),
  }
}
