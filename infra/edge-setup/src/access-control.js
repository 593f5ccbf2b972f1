'use strict';

const { find, discard } = require('./by-name');

/**
 * Returns the stack's origin access control, made if there is none: with it CloudFront signs what it asks of S3.
 *
 * @param {import('./route').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<{OacId: string}>}
 */
async function ensure({ cloudfront }, { name }) {
  const found = await findByName(cloudfront, name);
  if (found) return { OacId: found.Id };
  const made = await cloudfront.createOriginAccessControl({
    OriginAccessControlConfig: {
      Name: name,
      Description: 'Memory Service reads its bucket',
      OriginAccessControlOriginType: 's3',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    },
  });
  return { OacId: made.OriginAccessControl.Id };
}

/**
 * Removes it, if it is there.
 *
 * @param {import('./route').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<void>}
 */
async function remove({ cloudfront, pause }, { name }) {
  const found = await findByName(cloudfront, name);
  if (!found) return;
  const { Id } = found;
  const deleteIt = async () => {
    const { ETag: IfMatch } = await cloudfront.getOriginAccessControl({ Id });
    await cloudfront.deleteOriginAccessControl({ Id, IfMatch });
  };
  await discard(deleteIt, { gone: 'NoSuchOriginAccessControl', inUse: 'OriginAccessControlInUse' }, pause);
}

/**
 * @param {import('./route').Cloud['cloudfront']} cloudfront
 * @param {string} name
 */
function findByName(cloudfront, name) {
  return find(
    async (Marker) => (await cloudfront.listOriginAccessControls({ Marker })).OriginAccessControlList,
    (item) => item.Name === name,
  );
}

module.exports = { ensure, remove };
