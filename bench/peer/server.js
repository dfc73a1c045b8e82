// node-oidc-provider as the benchmark's peer: one process, one event loop, PostgreSQL below it.
//
// Settings follow a production deployment, and where there is a choice the cheaper one for the peer is taken:
//
// - NODE_ENV=production, no log line a request, no debug output, TCP_NODELAY, keep-alive longer than the clients' pauses;
// - ES256 ID tokens, opaque access and refresh tokens (the library's default, one row each), refresh tokens rotate;
// - the client is static configuration and the account needs no look-up, so neither costs a query;
// - session cookies are opaque random values and are not signed on top (no HMAC a request);
// - tokens outlive the session, so redeeming and using one does not read the session again;
// - that each authorization request extends the session by a write is the library's own way and cannot be turned off;
// - introspection, revocation, registration and the like stay off, so no middleware of theirs runs; the device flow and
//   CIBA are on where they are measured alone (PEER_PROFILE), and so is the token exchange, a grant type of ours by the
//   library's `registerGrantType`, since it has none;
// - a client with keys (PEER_CLIENT_JWKS) is one of FAPI 2.0: pushed requests, private_key_jwt, DPoP without nonces, and
//   what its rules turn on is off for the plain client.
import { generateKeyPairSync, hash } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider, errors } from 'oidc-provider';
import { applyDpopBinding } from 'oidc-provider/lib/helpers/grant_common.js';
import validateDpop from 'oidc-provider/lib/helpers/validate_dpop.js';
import { adapterFactory, createTables, openPool } from './adapter.js';

const {
  PEER_PORT, PEER_ISSUER, PEER_DATABASE_URL, PEER_POOL_SIZE, PEER_CLIENT_ID, PEER_CLIENT_SECRET, PEER_CLIENT_JWKS,
  PEER_REDIRECT_URI, PEER_CLIENT_SCOPE, PEER_SUBJECT_SALT, PEER_PROFILE,
  PEER_BACK_END_ID, PEER_BACK_END_JWKS,
} = process.env;

const withKeys = PEER_CLIENT_JWKS !== undefined;
const exchanging = PEER_PROFILE === 'exchange';
const financial = PEER_PROFILE === 'fapi2' || exchanging;
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const elsewhere = { device: 'urn:ietf:params:oauth:grant-type:device_code', ciba: 'urn:openid:params:grant-type:ciba' }[PEER_PROFILE];
const isPublic = elsewhere !== undefined || exchanging;
const HOUR = 3600;
const DAY = 24 * HOUR;
const MODELS = [
  'Session', 'Grant', 'AuthorizationCode', 'AccessToken', 'RefreshToken', 'ClientCredentials', 'Interaction',
  'PushedAuthorizationRequest', 'ReplayDetection', 'DeviceCode',
  'BackchannelAuthenticationRequest',
];

const pool = openPool(PEER_DATABASE_URL, Number(PEER_POOL_SIZE));
await createTables(pool, MODELS);

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

const provider = new Provider(PEER_ISSUER, {
  adapter: adapterFactory(pool),
  clients: [{
    client_id: PEER_CLIENT_ID,
    ...(withKeys
      ? { token_endpoint_auth_method: 'private_key_jwt', jwks: JSON.parse(PEER_CLIENT_JWKS), dpop_bound_access_tokens: true }
      : { token_endpoint_auth_method: 'client_secret_basic', client_secret: PEER_CLIENT_SECRET }),
    redirect_uris: [PEER_REDIRECT_URI],
    response_types: ['code'],
    grant_types: [
      'authorization_code', 'refresh_token',
      elsewhere ?? 'client_credentials',
    ],
    ...(PEER_PROFILE === 'ciba' && {
      backchannel_token_delivery_mode: 'poll', backchannel_authentication_request_signing_alg: 'ES256',
    }),
    id_token_signed_response_alg: 'ES256',
    // Pairwise subjects of the device flow want a sector that the library fetches; none is told where nobody answers.
    // An organisation's clients are told one subject.
    subject_type: isPublic ? 'public' : 'pairwise',
  }, ...(exchanging ? [{
    client_id: PEER_BACK_END_ID,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: JSON.parse(PEER_BACK_END_JWKS),
    dpop_bound_access_tokens: true,
    redirect_uris: [],
    response_types: [],
    grant_types: [TOKEN_EXCHANGE],
    scope: 'openid',
    id_token_signed_response_alg: 'ES256',
    subject_type: 'public',
  }] : [])],
  jwks: { keys: [{ ...signingKey, use: 'sig', alg: 'ES256', kid: 'bench' }] },
  subjectTypes: isPublic ? ['public'] : ['pairwise'],
  pairwiseIdentifier: (ctx, accountId, client) => hash(
    'sha256', `${client.sectorIdentifier}.${accountId}.${PEER_SUBJECT_SALT}`, 'base64url',
  ),
  findAccount: (ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    pushedAuthorizationRequests: { enabled: withKeys, requirePushedAuthorizationRequests: financial },
    dPoP: { enabled: withKeys },
    deviceFlow: { enabled: PEER_PROFILE === 'device' },
    requestObjects: { enabled: PEER_PROFILE === 'ciba' },
    ciba: {
      enabled: PEER_PROFILE === 'ciba',
      deliveryModes: ['poll'],
      processLoginHint: (ctx, hint) => hint,
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      verifyUserCode: () => {},
      triggerAuthenticationDevice: () => {},
    },
    fapi: { enabled: financial, profile: financial ? '2.0' : undefined },
  },
  pkce: { required: () => true },
  responseTypes: ['code'],
  scopes: ['openid', 'offline_access', PEER_CLIENT_SCOPE],
  rotateRefreshToken: !withKeys,
  // The library drops `offline_access` unless the consent page is shown each time; here consent is remembered.
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: () => false,
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: {
    AccessToken: HOUR, AuthorizationCode: 60, ClientCredentials: HOUR, Grant: 90 * DAY, IdToken: HOUR, Interaction: HOUR,
    RefreshToken: 30 * DAY, Session: 14 * DAY,
  },
});

// RFC 8693 in the part that is measured: an access token of the one client for one of the other, of the same organisation.
// Whose it is, whether it and its grant stand, and that nothing is wider are judged as at the other side.
async function exchange(ctx) {
  const { client, params } = ctx.oidc;
  const dPoP = await validateDpop(provider, ctx);
  if (!dPoP) throw new errors.InvalidDpopProof('a proof is needed');
  if (params.subject_token_type !== ACCESS_TOKEN) throw new errors.InvalidRequest('subject_token_type');
  const subject = params.subject_token && await provider.AccessToken.find(params.subject_token);
  if (!subject?.isValid || subject.clientId !== PEER_CLIENT_ID) throw new errors.InvalidRequest('subject_token');
  const grant = await provider.Grant.find(subject.grantId);
  if (!grant || grant.isExpired || grant.accountId !== subject.accountId) throw new errors.InvalidRequest('subject_token');
  const carried = [...subject.scopes].filter((name) => client.scope.split(' ').includes(name));
  const scope = params.scope ? params.scope.split(' ') : carried;
  if (!scope.length || !scope.every((name) => carried.includes(name))) throw new errors.InvalidScope('wider', params.scope);
  const token = new provider.AccessToken({
    accountId: subject.accountId,
    client,
    expiresIn: Math.min(HOUR, subject.remainingTTL),
    expiresWithSession: false,
    grantId: subject.grantId,
    gty: 'token_exchange',
    scope: scope.join(' '),
  });
  await applyDpopBinding(provider, ctx, dPoP, token);
  ctx.oidc.entity('AccessToken', token);
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: ACCESS_TOKEN,
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope: token.scope,
  };
}

if (exchanging) {
  provider.registerGrantType(TOKEN_EXCHANGE, exchange, ['subject_token', 'subject_token_type', 'scope']);
}

// Signs in whoever `login_hint` names and agrees to everything: it sets the stage and is never measured.
async function interact(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const accountId = params.login_hint;
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(`${params.scope} offline_access`);
  const result = { login: { accountId, amr: ['pwd'] }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const serve = provider.callback();
const server = createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    serve(request, response);
    return;
  }
  interact(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
});
server.keepAliveTimeout = 120_000;
server.listen(Number(PEER_PORT), '127.0.0.1');

process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => pool.end().then(() => process.exit(0)));
});
