'use strict';

module.exports = require('./lib/service.js');
