'use strict';

const { discard } = require('./deletion');
const { list } = require('./paging');

/**
 * Returns the stack's origin access control, made if there is none: with it CloudFront signs what it asks of S3. With it go
 * names for what the template makes: a stack's own may be longer than CloudFront takes, and a template cannot shorten it.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<{OacId: string, Name: string, Title: string}>}
 */
async function ensure({ cloudfront }, { name, title }) {
  return { OacId: await idOf(cloudfront, name), Name: name, Title: title };
}

/**
 * @param {import('./cloud').Cloud['cloudfront']} cloudfront
 * @param {string} name
 */
async function idOf(cloudfront, name) {
  const found = await findByName(cloudfront, name);
  if (found) return found.Id;
  try {
    const made = await cloudfront.createOriginAccessControl({
      OriginAccessControlConfig: {
        Name: name,
        Description: 'Memory Service reads its bucket',
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    });
    return made.OriginAccessControl.Id;
  } catch (/** @type {any} */ error) {
    // The same call at the same moment, or one whose answer was lost, has been there first.
    const isThere = error.name === 'OriginAccessControlAlreadyExists';
    const other = isThere ? await findByName(cloudfront, name) : undefined;
    if (other) return other.Id;
    throw error;
  }
}

/**
 * Removes it, if it is there.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<void>}
 */
async function remove(cloud, { name }) {
  const { cloudfront } = cloud;
  const found = await findByName(cloudfront, name);
  if (!found) return;
  const { Id } = found;
  const deleteIt = async () => {
    const { ETag: IfMatch } = await cloudfront.getOriginAccessControl({ Id });
    await cloudfront.deleteOriginAccessControl({ Id, IfMatch });
  };
  await discard(deleteIt, { gone: 'NoSuchOriginAccessControl', inUse: 'OriginAccessControlInUse' }, cloud);
}

/**
 * @param {import('./cloud').Cloud['cloudfront']} cloudfront
 * @param {string} name
 */
async function findByName(cloudfront, name) {
  const all = await list(async (Marker) => (await cloudfront.listOriginAccessControls({ Marker })).OriginAccessControlList);
  return all.find((item) => item.Name === name);
}

module.exports = { ensure, remove };
