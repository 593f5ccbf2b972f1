'use strict';

// As much XML as S3's answers need: elements without attributes, none within another of its name.

/** @type {Record<string, string>} */
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * @param {string} xml
 * @param {string} tag
 * @returns {string[]} what is inside of each element of that name, as it stands there
 */
function elements(xml, tag) {
  return [...xml.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))].map(([, inside]) => inside);
}

/**
 * @param {string} xml
 * @param {string} tag
 * @returns {string | undefined} the text of the first element of that name
 */
function textOf(xml, tag) {
  const [inside] = elements(xml, tag);
  return inside?.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(\w+));/g, (reference, hex, decimal, name) => {
    if (name) return ENTITIES[name] ?? reference;
    const point = hex ? parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : reference;
  });
}

/**
 * @param {string} xml
 * @param {string} tag
 * @returns {boolean} whether the document is an element of that name, to its end
 */
function isDocument(xml, tag) {
  return new RegExp(`^(<\\?[^>]*>)?\\s*<${tag}(\\s[^>]*)?(/>|>[^]*</${tag}>)\\s*$`).test(xml);
}

module.exports = { elements, textOf, isDocument };
