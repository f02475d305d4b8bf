/** An expression or statement of the sandbox's language; `at` is the place in the text where it begins. */
export type Node = { readonly at: number } & (
  | { readonly type: 'literal'; readonly value: string | number | boolean | null | undefined }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'array'; readonly items: readonly Node[] }
  | { readonly type: 'object'; readonly members: readonly (readonly [key: string, value: Node])[] }
  | { readonly type: 'function'; readonly name?: string; readonly params: readonly string[]; readonly body: Node }
  | { readonly type: 'member'; readonly object: Node; readonly key: Node }
  | { readonly type: 'call'; readonly callee: Node; readonly values: readonly Node[] }
  | { readonly type: 'unary'; readonly operator: string; readonly value: Node }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly type: 'logical'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly type: 'conditional'; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly type: 'assign'; readonly operator: string; readonly target: Node; readonly value: Node }
  | { readonly type: 'declare'; readonly kind: string; readonly list: readonly (readonly [string, Node | undefined])[] }
  | { readonly type: 'if'; readonly test: Node; readonly yes: Node; readonly no?: Node | undefined }
  | {
      readonly type: 'for'
      readonly first?: Node | undefined
      readonly test?: Node | undefined
      readonly next?: Node | undefined
      readonly body: Node
    }
  | { readonly type: 'return'; readonly value?: Node | undefined }
  | { readonly type: 'jump'; readonly kind: 'break' | 'continue' }
  | { readonly type: 'block'; readonly body: readonly Node[] }
  | { readonly type: 'expression'; readonly value: Node }
)

/** What the sandbox refuses: in the text of a template, or of what it does. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
}
