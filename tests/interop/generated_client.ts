// A client made from the published contract by openapi-typescript: what it may say is checked when it is compiled.
import createClient from 'openapi-fetch'
import type { components, paths } from './bindings.js'

declare const process: { argv: string[] }
const [address, personToken, ownToken] = process.argv.slice(2)

function client(token: string) {
  return createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } })
}

function told<T>(answer: { data?: T; error?: components['schemas']['Problem'] }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error))
  return answer.data
}

const accounts = '/bindings/v1/social-accounts'
const own = client(ownToken)
const account = { account_id: 'typescript-1' }
const bound = told(await client(personToken).POST(accounts, { body: account }))
const may: boolean = told(await own.POST(`${accounts}/status`, { body: account })).capabilities?.some(
  (each) => each.action === 'post' && each.allowed,
) ?? false
const listed = told(await own.GET(accounts, { params: { query: { limit: 10 } } })).items.map((each) => each.binding_id)
const path = { binding_id: bound.binding_id }
const released = told(await own.DELETE(`${accounts}/{binding_id}`, { params: { path } })).state
const { error } = await own.GET(`${accounts}/{binding_id}`, { params: { path: { binding_id: 'bind_none' } } })
console.log(JSON.stringify({ bound, may, listed, released, refused: error?.code }))
