// Stands in for packages that are not needed (see build.mjs).
module.exports = {};
