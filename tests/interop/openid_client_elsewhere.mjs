// Answers from another device, by openid-client: a device without a browser shows a code and polls (RFC 8628), and a
// counter has somebody asked on their phone (CIBA, poll mode).
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { carrier } from './carrier.mjs'
import { done, task, type } from './person.mjs'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
const CIBA = 'urn:openid:params:grant-type:ciba'
const MATCH = { type: 'identity_match', fields: ['birthdate'], purpose: 'subscriber_authentication' }
const LEVEL_2 = 'urn:vneid:level:2'

/** What comes of an answer, which is told once. */
async function told(config, DPoP, tokens, grant, once) {
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })
  await assert.rejects(client.genericGrantRequest(config, grant, once, { DPoP }), { error: 'invalid_grant' })
  return { claims: tokens.claims(), userinfo, type: tokens.token_type }
}

async function device() {
  const { config, DPoP } = await carrier({ grant_types: [DEVICE_CODE, 'refresh_token'], response_types: [] })
  const asked = { scope: 'openid offline_access identity', acr_values: LEVEL_2 }
  const shown = await client.initiateDeviceAuthorization(config, asked)
  const once = { device_code: shown.device_code }
  await assert.rejects(client.genericGrantRequest(config, DEVICE_CODE, once, { DPoP }), {
    error: 'authorization_pending',
  })
  await type(shown.user_code)
  const tokens = await client.pollDeviceAuthorizationGrant(config, shown, undefined, { DPoP })
  return told(config, DPoP, tokens, DEVICE_CODE, once)
}

async function counter() {
  const { config, own, DPoP } = await carrier({
    profile: 'ciba',
    grant_types: [CIBA, 'refresh_token'],
    response_types: [],
    backchannel_token_delivery_mode: 'poll',
    backchannel_authentication_request_signing_alg: 'ES256',
    authorization_details_types: ['identity_match'],
  })
  const asked = {
    scope: 'openid offline_access identity',
    acr_values: LEVEL_2,
    authorization_details: JSON.stringify([MATCH]),
    login_hint: `tel:${task.phone}`,
    binding_message: 'Counter 7',
  }
  // openid-client leaves the signature to the layer beneath.
  const request = await oauth.issueRequestObject(config.serverMetadata(), config.clientMetadata(), asked, own)
  const waiting = await client.initiateBackchannelAuthentication(config, { request })
  assert.match(waiting.number_to_show, /^\d\d$/)
  const answer = (how) => fetch(`${task.issuer}/sandbox/ciba/${waiting.auth_req_id}/${how}`, { method: 'POST' })
  assert.equal((await answer('allow')).status, 200)
  const tokens = await client.pollBackchannelAuthenticationGrant(config, waiting, undefined, { DPoP })
  assert.deepEqual(tokens.authorization_details, [MATCH])
  return told(config, DPoP, tokens, CIBA, { auth_req_id: waiting.auth_req_id })
}

const [first, second] = await Promise.all([device(), counter()])
done({ device: first, counter: second })
