/** The build compiles these; for the type checker they are components of any props. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  export const component: DefineComponent
  export default component
}
