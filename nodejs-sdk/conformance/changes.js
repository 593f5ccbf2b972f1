'use strict';
// What the SDK says of change records, as the runner asks: for Node and, of the same core, for browsers.
const { ChangeRecord, bucketOf, isPutBack, placeMark, readSince } = require('../lib/core/changes.js');
const { locateRecord, placeOf } = require('../lib/core/names.js');

const SAYS = {
  bucket: ({ name }) => ({ bucket: bucketOf(name) }),

  place({ bucket_name: bucketName, visibility, service }) {
    const { key } = locateRecord(visibility, placeOf(service, { changes: true }));
    return { key, place: placeMark(bucketName, key) };
  },

  read(request) {
    const record = recordOf(request);
    if (!record) return { believed: false };
    const { newest, since, all } = record;
    return { record: { newest, since, all, buckets: Object.fromEntries(record.buckets()) } };
  },

  raise(request) {
    const { e, names = [], until = request.all ? e : undefined } = request;
    return { wire: (recordOf(request) ?? ChangeRecord.first(e)).raised(e, names.map(bucketOf), until).document(request.place) };
  },

  f({ date = NaN, elapsed, age, max_age: maxAge }) {
    const f = readSince(date, elapsed, age, maxAge);
    return Number.isNaN(f) ? { missing: true } : { f };
  },

  confirm: (request) => ({ confirmed: recordOf(request)?.confirms(bucketOf(request.name), request.f ?? NaN) ?? false }),

  contradict(request) {
    const { name, f = NaN, last_modified: lastModified } = request;
    return { distrusts: recordOf(request).isContradictedBy(f, () => bucketOf(name), lastModified) };
  },

  'put back'({ place, stored, newer, date, f = NaN }) {
    return { distrusts: isPutBack({ record: recordOf({ place, stored }), date }, { record: recordOf({ place, stored: newer }), f }) };
  },
};

function recordOf({ stored, place }) {
  return stored && ChangeRecord.believed({ wire: stored.wire, lastModified: stored.last_modified ?? NaN }, place);
}

module.exports = SAYS;
