import { startDataLayer } from './startDataLayer.ts'

const begin = () => void startDataLayer(window.unblinkGtm)
// A snippet that is itself a file may come after us; `load` waits for both.
if (window.unblink) begin()
else addEventListener('load', begin)
