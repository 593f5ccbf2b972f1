'use strict';
// What a write grant is that is made of what a vector says, without a store.
const { inspect } = require('node:util');

const { readConfig } = require('../lib/core/config.js');
const { Endpoints } = require('../lib/endpoints.js');
const { placeOf } = require('../lib/core/names.js');
const { readGrantPutOptions } = require('../lib/core/options.js');
const { Settings } = require('../lib/settings.js');
const { checkTerms, signWriteGrant } = require('../lib/write-grant.js');

const OPTIONS = { value_ttl: 'valueTtlSeconds', edge_ttl: 'edgeTtlSeconds', storage_class: 'storageClass', tags: 'tags' };

/** The options of a request, as Node has them. */
function grantPutOptions(given = {}) {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [OPTIONS[name] ?? name, value]));
}

function mint({ conf, service, what, ttl, max_bytes: maxBytes, options, generations = {}, credentials: given, now }) {
  const config = readConfig(conf, {});
  const place = placeOf(service, config);
  const terms = checkTerms(config, place, what, ttl, maxBytes, readGrantPutOptions(grantPutOptions(options), config));
  const endpoint = new Endpoints(new Settings({})).bucket(config.bucket, config.region);
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: sessionToken, expires_at: expires } = given;
  const expiration = expires === undefined ? undefined : new Date(expires * 1000);
  const credentials = { accessKeyId, secretAccessKey, sessionToken, expiration };
  const grant = signWriteGrant(config, { place, endpoint, terms, generations: new Map(Object.entries(generations)), credentials, now });
  return { grant: JSON.parse(JSON.stringify(grant)), printed: `${grant} ${inspect(grant)}` };
}

module.exports = { grantPutOptions, mint };
