'use strict';

const { GuerdonError } = require('./errors.cjs');

module.exports = {
  GuerdonError,
  ...require('./call.cjs'),
  ...require('./engine.cjs'),
  ...require('./operations.cjs'),
  ...require('./workflows.cjs'),
};
