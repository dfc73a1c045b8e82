// FAPI 2.0 with oauth4webapi, step by step, where the provider's nonce is asked for and taken up by hand (RFC 9449 §8);
// then a carrier's app, which has no secret and proves a key all the same.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { done, task, visit } from './person.mjs'
import { proving, signingKey } from './proven.mjs'

const REDIRECT_URI = 'http://localhost:9999/callback'
const issuer = new URL(task.issuer)
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
const [own, jwks] = await signingKey()
const MATCH = { type: 'identity_match', fields: ['birthdate'], purpose: 'subscriber_authentication' }
const wanted = {
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
  dpop_bound_access_tokens: true,
}

/** Register, push a request, follow the browser to the answer that `read` understands, and have tokens. */
async function signIn(metadata, proof, parameters, read) {
  const registration = await oauth.dynamicClientRegistrationRequest(as, { ...wanted, ...metadata })
  const client = await oauth.processDynamicClientRegistrationResponse(registration)
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const refused = []
  const proven = proving(as, client, refused)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  let asked = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid offline_access identity',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...parameters,
  })
  if (client.request_object_signing_alg) {
    const request = await oauth.issueRequestObject(as, client, asked, own)
    asked = new URLSearchParams({ client_id: client.client_id, request })
  }
  const pushed = await proven(
    () => oauth.pushedAuthorizationRequest(as, client, proof, asked, { DPoP }),
    oauth.processPushedAuthorizationResponse,
  )
  const address = new URL(as.authorization_endpoint)
  address.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri })
  const answer = await read(as, client, await visit(address), state)
  const tokens = await proven(
    () => oauth.authorizationCodeGrantRequest(as, client, proof, answer, REDIRECT_URI, verifier, { DPoP }),
    oauth.processAuthorizationCodeResponse,
  )
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const userinfo = await proven(
    () => oauth.userInfoRequest(as, client, tokens.access_token, { DPoP }),
    (as, client, response) => oauth.processUserInfoResponse(as, client, claims.sub, response),
  )
  const stolen = await oauth.userInfoRequest(as, client, tokens.access_token)
  await assert.rejects(oauth.processUserInfoResponse(as, client, claims.sub, stolen), { status: 401 })
  const refreshed = await proven(
    () => oauth.refreshTokenGrantRequest(as, client, proof, tokens.refresh_token, { DPoP }),
    oauth.processRefreshTokenResponse,
  )
  const { token_type: type, authorization_details: details = [] } = tokens
  return { userinfo, type, details, rotated: refreshed.refresh_token !== undefined, refused }
}

const carrier = {
  profile: 'fapi2',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks,
  authorization_details_types: ['identity_match'],
}
const proof = oauth.PrivateKeyJwt(own)
const app = { token_endpoint_auth_method: 'none' }
done({
  plain: await signIn(carrier, proof, { authorization_details: JSON.stringify([MATCH]) }, oauth.validateAuthResponse),
  signed: await signIn(
    { ...carrier, request_object_signing_alg: 'ES256', authorization_signed_response_alg: 'ES256' },
    proof,
    { response_mode: 'jwt' },
    oauth.validateJwtAuthResponse,
  ),
  app: await signIn(app, oauth.None(), {}, oauth.validateAuthResponse),
})
