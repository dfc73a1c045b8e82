// The person's part is played by the test that started this script: it gets an address, and hands back where it led.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** What this run is to do, as the test wrote it on the command line. */
export const task = JSON.parse(process.argv[2])

/** Let the person visit `url`; the URL that the provider sent the browser back to. */
export async function visit(url) {
  say({ visit: url.href })
  const { value } = await lines.next()
  return new URL(value)
}

/** Let the person type the code that a device shows, and agree to what is asked there. */
export async function type(code) {
  say({ type: code })
  await lines.next()
}

/** Tell the test what was learnt, and end. */
export function done(learnt) {
  say({ learnt })
  process.exit(0)
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
