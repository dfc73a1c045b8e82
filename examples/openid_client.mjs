// An application of your own, with openid-client (Node.js 20 or newer). Start the sandbox (`make sandbox`), then:
//
//     npm install openid-client
//     node openid_client.mjs        and open http://localhost:3000
//
// It registers itself, signs a person in at level 2, shows what it learnt, and binds an account to the person.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import * as client from 'openid-client'

const issuer = new URL(process.env.ISSUER ?? 'http://localhost:8000')
const LEVEL_2 = 'urn:vneid:level:2'
const SIGN_IN = '<p><a href="/login">Sign in</a>'
const SIGN_OUT = '<p><a href="/logout">Sign out</a>'

const server = createServer((request, response) =>
  answer(new URL(request.url, home), request, response).catch((error) => {
    console.error(error)
    page(response, 'That did not work', { error: error.error ?? error.code, message: error.message })
  }),
)
await new Promise((resolve) => server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', resolve))
const home = `http://localhost:${server.address().port}`

// 1. Register (RFC 7591). In the sandbox anybody may; keep client_id and client_secret instead of doing it each time.
const config = await client.dynamicClientRegistration(
  issuer,
  {
    client_name: 'My application',
    redirect_uris: [`${home}/callback`],
    post_logout_redirect_uris: [`${home}/`],
    grant_types: ['authorization_code', 'client_credentials'],
    id_token_signed_response_alg: 'ES256',
  },
  client.ClientSecretBasic(), // as registered by default; the library's own default is client_secret_post
  // Plain http only towards a sandbox on this machine: never add this for an https issuer.
  { execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [] },
)
client.enableNonRepudiationChecks(config) // verify signatures, also of tokens that came straight from the provider
console.log(`Open ${home}`)

const visits = new Map() // one browser each; use your framework's session instead

async function answer(url, request, response) {
  const visit = visitOf(request, response)
  if (url.pathname === '/') return page(response, 'My application', {}, SIGN_IN)
  if (url.pathname === '/login') return redirect(response, await login(visit))
  if (url.pathname === '/callback') return page(response, 'Welcome', await callback(url, visit), SIGN_OUT)
  if (url.pathname === '/logout') return redirect(response, logout(visit))
  response.writeHead(404).end()
}

// 2. Send the browser to the provider: code flow with PKCE, state and nonce, the request pushed ahead (RFC 9126).
async function login(visit) {
  visit.verifier = client.randomPKCECodeVerifier()
  visit.state = client.randomState()
  visit.nonce = client.randomNonce()
  return client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: `${home}/callback`,
    scope: 'openid identity age binding:social_account',
    acr_values: LEVEL_2,
    // Which account is to be linked, as the person knows it: they confirm each link on a page that says so.
    account_label: '@example',
    // acr_values is a wish. An essential claim makes anything less an error.
    claims: JSON.stringify({ id_token: { acr: { essential: true, values: [LEVEL_2] } } }),
    code_challenge: await client.calculatePKCECodeChallenge(visit.verifier),
    code_challenge_method: 'S256',
    state: visit.state,
    nonce: visit.nonce,
  })
}

// 3. The browser is back: the library checks state and iss, redeems the code, and validates the ID token.
async function callback(url, visit) {
  const tokens = await client.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: visit.verifier,
    expectedState: visit.state,
    expectedNonce: visit.nonce,
    idTokenExpected: true,
  })
  visit.idToken = tokens.id_token
  const claims = tokens.claims()
  if (claims.acr !== LEVEL_2) throw new Error(`level 2 is needed, this is ${claims.acr}`)
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
  return { claims, userinfo, binding: await bind(tokens.access_token, `account of ${claims.sub}`) }
}

// 4. Bind the account that this person has with you. You get what the person ticked: level, age band, rights; never a
// number. What was not ticked is null and named in `withheld`.
async function bind(accessToken, accountId) {
  const address = new URL('/bindings/v1/social-accounts', issuer)
  const headers = new Headers({ 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() })
  const body = JSON.stringify({ account_id: accountId })
  const answer = await client.fetchProtectedResource(config, accessToken, address, 'POST', body, headers)
  const binding = await answer.json()
  if (!answer.ok) throw new Error(`${binding.code}: ${binding.title}`) // application/problem+json (RFC 9457)
  return binding
}

// 5. Sign out here, and at the provider (OpenID Connect RP-Initiated Logout).
function logout(visit) {
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: visit.idToken,
    post_logout_redirect_uri: `${home}/`,
  })
  delete visit.idToken
  return url
}

function visitOf(request, response) {
  const cookie = /(?:^|; )visit=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
  if (visits.has(cookie)) return visits.get(cookie)
  const id = randomUUID()
  response.setHeader('Set-Cookie', `visit=${id}; HttpOnly; SameSite=Lax; Path=/`)
  return visits.set(id, {}).get(id)
}

function redirect(response, url) {
  response.writeHead(303, { Location: url.href }).end()
}

function page(response, title, facts, links = '') {
  const text = JSON.stringify(facts, null, 2).replace(/[<&]/g, (sign) => (sign === '<' ? '&lt;' : '&amp;'))
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><title>${title}</title><h1>${title}</h1><pre>${text}</pre>${links}`)
}
