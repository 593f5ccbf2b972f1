// What the notation of values wants of Node's Buffer.

const hexOf = (bytes) => Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');

class Octets extends Uint8Array {
  readDoubleBE() {
    return new DataView(this.buffer, this.byteOffset).getFloat64(0);
  }

  writeDoubleBE(number) {
    new DataView(this.buffer).setFloat64(0, number);
  }

  toString(encoding) {
    return encoding === 'hex' ? hexOf(this) : super.toString();
  }
}

export const Buffer = {
  alloc: (size) => new Octets(size),
  from(data, encoding) {
    if (encoding === 'hex') return Octets.from(data.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    return Octets.from(data);
  },
};
