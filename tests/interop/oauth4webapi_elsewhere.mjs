// Answers from another device, by oauth4webapi: a device shows a code and polls (RFC 8628), and a counter has somebody
// asked on their phone (CIBA, poll mode).
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { done, task, type } from './person.mjs'
import { proving, signingKey } from './proven.mjs'

const LEVEL_2 = 'urn:vneid:level:2'
const issuer = new URL(task.issuer)
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
const [own, jwks] = await signingKey()
const proof = oauth.PrivateKeyJwt(own)

async function registered(metadata) {
  const answer = await oauth.dynamicClientRegistrationRequest(as, {
    token_endpoint_auth_method: 'private_key_jwt',
    dpop_bound_access_tokens: true,
    response_types: [],
    jwks,
    ...metadata,
  })
  const client = await oauth.processDynamicClientRegistrationResponse(answer)
  return { client, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')), proven: proving(as, client) }
}

/** Poll by `request` before and after somebody `answers`; what comes of the answer. */
async function polled({ client, DPoP, proven }, request, read, answers) {
  await assert.rejects(proven(request, read), { error: 'authorization_pending' })
  await answers()
  const tokens = await proven(request, read)
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const userinfo = await proven(
    () => oauth.userInfoRequest(as, client, tokens.access_token, { DPoP }),
    (as, client, response) => oauth.processUserInfoResponse(as, client, claims.sub, response),
  )
  return { claims, userinfo, type: tokens.token_type }
}

async function device() {
  const made = await registered({
    profile: 'fapi2',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
  })
  const { client, DPoP } = made
  const asked = { scope: 'openid identity', acr_values: LEVEL_2 }
  const answer = await oauth.deviceAuthorizationRequest(as, client, proof, asked)
  const shown = await oauth.processDeviceAuthorizationResponse(as, client, answer)
  return polled(
    made,
    () => oauth.deviceCodeGrantRequest(as, client, proof, shown.device_code, { DPoP }),
    oauth.processDeviceCodeResponse,
    () => type(shown.user_code),
  )
}

async function counter() {
  const made = await registered({
    profile: 'ciba',
    grant_types: ['urn:openid:params:grant-type:ciba'],
    backchannel_token_delivery_mode: 'poll',
    backchannel_authentication_request_signing_alg: 'ES256',
  })
  const { client, DPoP } = made
  const asked = { scope: 'openid identity', acr_values: LEVEL_2, login_hint: `tel:${task.phone}` }
  const request = await oauth.issueRequestObject(as, client, asked, own)
  const answer = await oauth.backchannelAuthenticationRequest(as, client, proof, { request })
  const waiting = await oauth.processBackchannelAuthenticationResponse(as, client, answer)
  return polled(
    made,
    () => oauth.backchannelAuthenticationGrantRequest(as, client, proof, waiting.auth_req_id, { DPoP }),
    oauth.processBackchannelAuthenticationGrantResponse,
    () => fetch(`${task.issuer}/sandbox/ciba/${waiting.auth_req_id}/allow`, { method: 'POST' }),
  )
}

const [first, second] = await Promise.all([device(), counter()])
done({ device: first, counter: second })
