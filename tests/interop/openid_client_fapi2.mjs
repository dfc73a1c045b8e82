// FAPI 2.0 by openid-client: signed requests that are pushed (RFC 9101, RFC 9126), a key that everything is bound to
// (RFC 9449), what is asked in detail (RFC 9396), and answers as one JWT (JARM), encrypted.
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { carrier, generated, published } from './carrier.mjs'
import { done, visit } from './person.mjs'

const REDIRECT_URI = 'http://localhost:9999/callback'
const MATCH = { type: 'identity_match', fields: ['id_number', 'full_name'], purpose: 'subscriber_authentication' }
const opening = await generated('ECDH', ['deriveBits'])
const wanted = {
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  require_signed_request_object: true,
  request_object_signing_alg: 'ES256',
  authorization_signed_response_alg: 'ES256',
  authorization_encrypted_response_alg: 'ECDH-ES',
  authorization_encrypted_response_enc: 'A256GCM',
  authorization_details_types: ['identity_match'],
}
const known = await published(opening, { kid: 'opening', use: 'enc', alg: 'ECDH-ES' })
const { config, own, DPoP } = await carrier(wanted, [known])
client.useJwtResponseMode(config)
client.enableDecryptingResponses(config, ['A256GCM'], { key: opening.privateKey, alg: 'ECDH-ES', kid: 'opening' })

// The request, in a JWT of ours that the provider has before the browser sets out.
const verifier = client.randomPKCECodeVerifier()
const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
const asked = await client.buildAuthorizationUrlWithJAR(
  config,
  {
    redirect_uri: REDIRECT_URI,
    scope: 'openid offline_access identity',
    acr_values: 'urn:vneid:level:2',
    authorization_details: JSON.stringify([MATCH]),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  },
  own,
)
const address = await client.buildAuthorizationUrlWithPAR(config, asked.searchParams, { DPoP })
assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri'])

// The answer, the code, and what it comes to.
const back = await visit(address)
assert.deepEqual([...back.searchParams.keys()], ['response'])
const tokens = await client.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true }, undefined, { DPoP })
const claims = tokens.claims()
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub, { DPoP })
await assert.rejects(client.fetchUserInfo(config, tokens.access_token, claims.sub), (error) => error.status === 401)
const before = await client.tokenIntrospection(config, tokens.access_token)
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })
await client.tokenRevocation(config, tokens.refresh_token)
await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP }), {
  error: 'invalid_grant',
})

done({
  claims,
  userinfo,
  details: tokens.authorization_details,
  before,
  refreshed: { token_type: refreshed.token_type, refresh_token: refreshed.refresh_token ?? null },
  key: await DPoP.calculateThumbprint(),
})
