'use strict';

const { ConfigurationError } = require('./core/errors.js');
const { Routes } = require('./route.js');

/** @typedef {import('./core/bucket.js').Service} Service */
/** @typedef {import('./core/bucket.js').Endpoint} Endpoint */
/** @typedef {import('./settings.js').Settings} Settings */

/** The part of `AWS_ENDPOINT_URL_…` that names a service; in lower case it is the section's in the shared files. */
const NAMES = { s3: 'S3', ssm: 'SSM', secretsmanager: 'SECRETS_MANAGER', sts: 'STS', cloudfront: 'CLOUDFRONT' };

const PARTITIONS = {
  aws: { suffix: 'amazonaws.com', dualSuffix: 'api.aws', cloudfront: 'us-east-1' },
  'aws-cn': { suffix: 'amazonaws.com.cn', dualSuffix: 'api.amazonwebservices.com.cn', cloudfront: 'cn-northwest-1' },
  'aws-us-gov': { suffix: 'amazonaws.com', dualSuffix: 'api.aws', cloudfront: 'us-gov-west-1' },
};

/** Regions of other partitions, whose host names differ (END-2). */
const OTHER_PARTITIONS = /^(us|eu)-iso[a-z]?-|^eusc-/;

/** Finds where each request to AWS goes: the same for reads and writes (section 13.1 of the specification). */
class Endpoints {
  #settings;
  #isFips;
  #isDual;
  #configured;
  /** By service and Region. @type {Map<string, Endpoint>} */
  #known = new Map();

  /**
   * @param {Settings} settings
   * @throws {ConfigurationError} if the environment says what is not followed
   */
  constructor(settings) {
    this.#settings = settings;
    this.#isFips = settings.flag('AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint');
    this.#isDual = settings.flag('AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint');
    this.#configured = !settings.flag('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'ignore_configured_endpoint_urls');
    checkS3Settings(settings);
    this.routes = new Routes(settings);
  }

  /** @returns {string | undefined} the platform's Region */
  get region() {
    return this.#settings.regionGiven?.value;
  }

  /**
   * @param {string | undefined} configured
   * @returns {string | undefined} where roles are assumed: in the platform's Region, and only then in the configuration's (END-1)
   */
  regionOfRoles(configured) {
    return this.region ?? configured;
  }

  /**
   * @param {Service} service
   * @param {string | undefined} asked The Region; CloudFront has one for each partition.
   * @returns {Endpoint}
   * @throws {ConfigurationError}
   */
  of(service, asked) {
    const id = `${service} ${asked}`;
    const known = this.#known.get(id);
    if (known) return known;
    if (asked === undefined) {
      throw new ConfigurationError("REGION is missing: give the bucket's Region in the parameters, as MEMORY_REGION or as AWS_REGION.");
    }
    const region = service === 'cloudfront' ? PARTITIONS[partitionOf(asked)].cloudfront : asked;
    const url = this.#configuredUrl(service) ?? `https://${this.#hostOf(service, region)}`;
    const endpoint = { url, region, route: this.routes.to(new URL(url)) };
    this.#known.set(id, endpoint);
    return endpoint;
  }

  /**
   * @param {string} bucket
   * @param {string | undefined} asked
   * @returns {Endpoint} of what is in a bucket (END-6)
   */
  bucket(bucket, asked) {
    const id = `bucket ${bucket} ${asked}`;
    const known = this.#known.get(id);
    if (known) return known;
    const { url, region } = this.of('s3', asked);
    // A bucket name with dots would not match S3's certificate as a host name.
    const isInPath = bucket.includes('.') || this.#configuredUrl('s3') !== undefined;
    const own = isInPath ? `${url}/${bucket}` : url.replace('://', `://${bucket}.`);
    const endpoint = { url: own, region, route: this.routes.to(new URL(own)) };
    this.#known.set(id, endpoint);
    return endpoint;
  }

  /**
   * @param {Service} service
   * @param {string} region
   * @returns {string} END-3
   */
  #hostOf(service, region) {
    if (OTHER_PARTITIONS.test(region)) {
      throw new ConfigurationError(`The Region ${region} is of a partition that is not supported: choose another REGION, or set AWS_ENDPOINT_URL_${NAMES[service]}.`);
    }
    const partition = partitionOf(region);
    const { suffix, dualSuffix } = PARTITIONS[partition];
    const [isFips, isDual] = [this.#isFips, this.#isDual];
    if (isFips && partition === 'aws-cn') throw new ConfigurationError('AWS_USE_FIPS_ENDPOINT is true, and China has no FIPS endpoints.');
    const fips = isFips ? '-fips' : '';
    if (service === 's3') return `s3${fips}${isDual ? '.dualstack' : ''}.${region}.${suffix}`;
    if (service === 'cloudfront') return cloudfrontHost(partition, fips, isDual);
    const isWithout = partition === 'aws-us-gov' && service !== 'secretsmanager' && !isDual;
    const name = `${service}${isWithout ? '' : fips}`;
    return `${name}.${region}.${isDual && service !== 'secretsmanager' ? dualSuffix : suffix}`;
  }

  /**
   * @param {Service} service
   * @returns {string | undefined} END-5
   */
  #configuredUrl(service) {
    if (!this.#configured) return undefined;
    const name = NAMES[service];
    const given = this.#settings.firstOf([`AWS_ENDPOINT_URL_${name}`, 'AWS_ENDPOINT_URL']) ?? this.#profileUrl(name.toLowerCase());
    if (!given) return undefined;
    if (this.#isFips || this.#isDual) {
      const which = this.#isFips ? 'AWS_USE_FIPS_ENDPOINT' : 'AWS_USE_DUALSTACK_ENDPOINT';
      throw new ConfigurationError(`${given.name} and ${which} are both set: an endpoint that is configured has no such switch.`);
    }
    const text = given.value.trim();
    const url = /^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
    if (url && !url.username && !url.password && !/[?#]/.test(text)) return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
    throw new ConfigurationError(`${given.name} must be a URL of http or https without user, query and fragment.`);
  }

  /**
   * @param {string} service
   * @returns {{name: string, value: string} | undefined}
   */
  #profileUrl(service) {
    const services = this.#settings.setting('services');
    const own = services === undefined ? undefined : this.#settings.files.services(services).get(service);
    const special = own instanceof Map ? own.get('endpoint_url') : undefined;
    const value = special || this.#settings.setting('endpoint_url');
    return value === undefined ? undefined : { name: `endpoint_url of the profile ${this.#settings.files.name}`, value };
  }
}

/**
 * @param {string} region
 * @returns {keyof typeof PARTITIONS} END-2
 */
function partitionOf(region) {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/**
 * @param {keyof typeof PARTITIONS} partition
 * @param {string} fips
 * @param {boolean} isDual
 */
function cloudfrontHost(partition, fips, isDual) {
  if (partition === 'aws-cn') return isDual ? 'cloudfront.api.amazonwebservices.com.cn' : 'cloudfront.cn-northwest-1.amazonaws.com.cn';
  if (!isDual) return `cloudfront${fips}.amazonaws.com`;
  return `cloudfront${fips}${partition === 'aws' ? '.global' : ''}.api.aws`;
}

/** @param {Settings} settings END-8 */
function checkS3Settings(settings) {
  const s3 = settings.profile.get('s3');
  if (!(s3 instanceof Map)) return;
  for (const name of ['use_accelerate_endpoint', 'use_dualstack_endpoint']) {
    if (s3.get(name)?.toLowerCase() === 'true') {
      throw new ConfigurationError(`The profile's s3 setting ${name} is not supported: use_dualstack_endpoint of the profile is, for all services.`);
    }
  }
}

module.exports = { Endpoints, partitionOf };
