import { expect, test } from 'vitest'
import { interpret } from './interpret.ts'
import { parse } from './parse.ts'

const run = (code: string, names = {}) => interpret(parse(code), { data: {}, require: () => {}, ...names })

test.each([
  ['return 1 + 2 * 3 - 4 / 2;', 5],
  ['const a = { b: [1, { "c-d": 2 }] }; return a.b[1]["c-d"];', 2],
  ['let n = 0; for (let i = 0; i < 4; i++) { if (i === 2) continue; n += i; } return n;', 4],
  ['let n = 9; while (true) { n--; if (n < 3) break; } return n;', 2],
  ['const twice = (n) => n * 2; const add = function(a, b) { return a + b; }; return add(twice(2), 1);', 5],
  ['return later(2); function later(n) { return n + 1; }', 3],
  ['return [3, 1, 2].sort().map((n) => { return n * 2; }).join("-");', '2-4-6'],
  ['return typeof data === "object" && !undefined ? "yes" : "no";', 'yes'],
  ["return 'it\\'s' + \"\\u0021\";", "it's!"],
])('%s', (code, expected) => {
  expect(run(code)).toBe(expected)
})

test.each([
  ['new Date();', 'the sandbox has no "new"'],
  ['const a = this;', 'the sandbox has no "this"'],
  ['window.a = 1;', 'the sandbox has no "window"'],
  ['document.title;', 'the sandbox has no "document"'],
  ['eval("1");', 'the sandbox has no "eval"'],
  ['const a = /x/;', 'cannot read "/"'],
  ['const a = `x`;', 'knows no "`"'],
  ['const a = b?.c;', 'cannot read "."'],
  ['const a = [...b];', 'cannot read "."'],
  ['const { a } = data;', 'expected a name, got "{"'],
  ['const a = { data };', 'expected ":"'],
  ['f(1,);', 'cannot read ")"'],
  ['class A {}', 'the sandbox has no "class"'],
  ['try { f(); } catch (e) { g(); }', 'the sandbox has no "try"'],
  ['async () => 1;', 'the sandbox has no "async"'],
  ['const a = 1', 'expected ";"'],
  ['const a = 1;\n  const b = a ** 2;', 'line 2, column 16'],
])('%s is refused', (code, message) => {
  expect(() => parse(code)).toThrow(message)
})

test.each([
  ['return setTimeout;', '"setTimeout" is not there'],
  ['return "".constructor;', 'no way to "constructor"'],
  ['return [].__proto__;', 'no way to "__proto__"'],
  ['return data["pro" + "totype"];', 'no way to "prototype"'],
  ['return "a".repeat(3);', 'string has no "repeat"'],
  ['return [1].includes(1);', 'array has no "includes"'],
  ['return require.call;', 'object has no "call"'],
  ['const a = 1; a = 2;', '"a" is a constant'],
  ['while (true) {}', 'a loop does not end'],
])('%s fails when it runs', (code, message) => {
  expect(() => run(code)).toThrow(message)
})
