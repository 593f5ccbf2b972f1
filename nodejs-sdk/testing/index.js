'use strict';

module.exports = require('./cloud.js');
