// Stands in for `https`, which takes as long to load as the engine's client: few engines are reached by it.
module.exports = {
  get Agent() {
    return require('node:https').Agent;
  },
  get request() {
    return require('node:https').request;
  },
};
