'use strict';

/** @typedef {import('../lib/core/effects.js').Response} Response */

const HOUR = 3_600_000; // milliseconds

/** Signs with a role. */
const ROLE_ACCESS_KEY = 'ASIATESTING';

/** The other services of AWS that Memory Service asks. */
class Services {
  #now;
  #drop;

  /** The parameters of SSM by their names. @type {Map<string, string>} */
  parameters = new Map();
  /** The secrets of Secrets Manager by their ARNs. @type {Map<string, string>} */
  secrets = new Map();
  /** In their order. @type {{distributionId: string, paths: string[]}[]} */
  invalidations = [];

  /**
   * @param {() => number} now Unix time in milliseconds
   * @param {(distributionId: string, paths: string[]) => boolean} drop Drops paths from edges; whether there is that distribution.
   */
  constructor(now, drop) {
    this.#now = now;
    this.#drop = drop;
  }

  /**
   * @param {string} service
   * @param {string} path
   * @param {string} body
   * @returns {Response}
   */
  answer(service, path, body) {
    switch (service) {
      case 'cloudfront':
        return this.#invalidated(path, body);
      case 'sts':
        return response(200, this.#assumed());
      case 'ssm': {
        const Value = this.parameters.get(JSON.parse(body).Name);
        return Value === undefined ? absent('ParameterNotFound') : response(200, JSON.stringify({ Parameter: { Value } }));
      }
      default: {
        const SecretString = this.secrets.get(JSON.parse(body).SecretId);
        return SecretString === undefined ? absent('ResourceNotFoundException') : response(200, JSON.stringify({ SecretString }));
      }
    }
  }

  /**
   * @param {string} path
   * @param {string} body
   */
  #invalidated(path, body) {
    const [, distributionId = ''] = /\/distribution\/([^/]+)\/invalidation/.exec(path) ?? [];
    const paths = [...body.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, one]) => one);
    if (!this.#drop(distributionId, paths)) return response(404, '<Error><Code>NoSuchDistribution</Code></Error>');
    this.invalidations.push({ distributionId, paths });
    return response(201, '<Invalidation></Invalidation>');
  }

  #assumed() {
    const end = new Date(this.#now() + HOUR).toISOString();
    const keys = `<AccessKeyId>${ROLE_ACCESS_KEY}</AccessKeyId><SecretAccessKey>testing</SecretAccessKey><SessionToken>testing</SessionToken>`;
    return `<AssumeRoleResponse><Credentials>${keys}<Expiration>${end}</Expiration></Credentials></AssumeRoleResponse>`;
  }
}

/** @param {string} code */
function absent(code) {
  return response(400, JSON.stringify({ __type: code }));
}

/**
 * @param {number} status
 * @param {string} body
 * @returns {Response}
 */
function response(status, body) {
  return { status, headers: {}, body: Buffer.from(body), cut: false };
}

module.exports = { Services };
