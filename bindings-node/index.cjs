'use strict';

module.exports = { ...require('./call.cjs'), ...require('./operations.cjs') };
